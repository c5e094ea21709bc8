"""The columns of a list of numbers, by their headings in English, Portuguese and Spanish and those of known senders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from voipadmin.core.sheets.cells import Cell, currencies_in, simplified
from voipadmin.core.sheets.input_errors import column_letter

# What a column is -> headings without accents, words joined by `_`. Of two columns with one meaning the first is read.
HEADINGS = {
    "number": "number numbers numero numeros did dids did_number did_numbers numero_did telefone telefones telefono"
    " telefonos phone phones phone_number phone_numbers phonenumber phonenumbers telephone telephone_number"
    " telephonenumber full_number fullnumber e164 e_164 e164_number tn tns msisdn linha linea line terminal"
    " numero_de_telefone numero_do_telefone numero_telefone numero_telefonico numero_de_telefono numero_completo"
    " n_do_telefone numero_de_did numero_do_did ddr ddrs numero_com_ddd telefone_com_ddd ddd_numero"
    " ddd_telefone ddd_e_numero range ranges faixa faixas rango rangos prefix",
    "first": "first_number start_number range_start numero_inicial numero_inicio faixa_inicial faixa_inicio"
    " rango_inicial primeiro_numero primer_numero did_inicial telefone_inicial linha_inicial start_did first_did"
    " number_from",
    "last": "last_number end_number range_end numero_final numero_fim faixa_final faixa_fim rango_final ultimo_numero"
    " did_final telefone_final linha_final end_did last_did number_to",
    # Where no column is the number: beside one, these may be the days of a contract.
    "begin": "first start begin from de desde inicio inicial primeiro primero",
    "end": "last end to ate hasta fim fin final ultimo",
    "count": "quantity qty quantidade qtd qtde cantidad count block_size tamanho tamano numbers_in_range",
    "calling_code": "ddi country_code countrycode cc codigo_pais codigo_do_pais codigo_de_pais cod_pais",
    "country": "country pais iso_country country_iso iso_country_code country_iso_code country_name nome_do_pais"
    " nombre_del_pais pais_iso codigo_iso iso iso_code",
    "area": "ddd area area_code areacode codigo_area codigo_de_area cod_area cn codigo_nacional npa",
    # The digits between area code and the rest: Prefixo 4000, Faixa inicial 0000.
    "lead": "prefixo prefijo nxx exchange",
    "provider": "provider provedor operadora carrier proveedor operador prestadora",
    "gateway": "gateway tronco trunk troncal",
    "monthly_cost": "monthly_cost cost price monthly monthly_price monthly_rate monthly_fee monthly_charge mrc custo"
    " custo_mensal valor valor_mensal preco preco_mensal mensalidade assinatura assinatura_mensal costo costo_mensual"
    " precio precio_mensual cuota cuota_mensual mensualidad renta_mensual",
    "status": "status situacao situacion number_status did_status line_status status_do_numero situacao_do_numero",
    "notes": "notes note notas observacao observacoes obs observaciones remarks comment comments description descricao"
    " descripcion friendly_name friendlyname",
}
_ROLE_OF = {word: role for role, words in HEADINGS.items() for word in words.split()}
# Headings of one country's or one language's lists: they tell where national numbers are.
_PORTUGUESE = frozenset(
    [
        "telefone",
        "telefones",
        "faixa",
        "faixas",
        "ddd",
        "mensalidade",
        "custo",
        "custo_mensal",
        "preco",
        "preco_mensal",
        "operadora",
        "provedor",
        "prestadora",
        "numero_inicial",
        "numero_final",
        "faixa_inicial",
        "faixa_final",
        "tronco",
        "observacao",
        "observacoes",
        "descricao",
        "assinatura",
        "fim",
        "ate",
        "assinatura_mensal",
        "linha",
        "quantidade",
        "qtd",
        "qtde",
    ]
)
_NORTH_AMERICAN = frozenset(
    [
        "npa",
        "nxx",
        "npanxx",
        "npa_nxx",
        "lata",
        "rate_center",
        "ratecenter",
        "rate_center_name",
        "province",
        "state",
        "telephonenumber",
    ]
)
_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
# A cost of these is none of a month in the currency: it is left, and told as a column that was not read.
_OTHER_UNITS = frozenset(
    [
        "cent", "cents", "centavo", "centavos", "centimos", "ct", "cts", "year", "yearly", "annual", "anual", "ano",
        "quarter", "quarterly", "trimestral", "trimestre", "week", "weekly", "semanal", "day", "daily", "dia", "diario",
    ]
)  # fmt: skip
_CURRENCY_WORDS = frozenset(["r", "rs", "brl", "usd", "us", "eur"])
SEARCHED_ROWS = 40


@dataclass(frozen=True)
class Columns:
    """Where the list begins, and what its columns are: role -> index from 0. `unread`: headings without one."""

    heading_row: int
    index_of: dict[str, int]
    unread: tuple[str, ...] = ()
    words: frozenset[str] = field(default=frozenset())
    cost_currencies: frozenset[str] = field(default=frozenset())
    # How many columns the heading row has; 0 where there is none.
    width: int = 0

    @property
    def is_portuguese(self) -> bool:
        """Tell whether a heading is one of Brazilian lists."""
        return bool(self.words & _PORTUGUESE)

    @property
    def is_north_american(self) -> bool:
        """Tell whether a heading is one of North American lists."""
        return bool(self.words & _NORTH_AMERICAN)

    def cell(self, role: str, row: Sequence[Cell]) -> Cell:
        """Return the cell of a role in a row, or None."""
        index = self._index(role)
        return row[index] if index is not None and index < len(row) else None

    def beyond(self, row: Sequence[Cell]) -> Cell:
        """Return the first cell of a row that stands beyond the headings and holds something, or None."""
        return next((cell for cell in row[self.width :] if self.width and cell not in (None, "")), None)

    def letter(self, role: str) -> str:
        """Return the letter of a role's column, or nothing."""
        index = self._index(role)
        return "" if index is None else column_letter(index)

    def _index(self, role: str) -> int | None:
        """Return the column of a role; the first number of a range stands for the number."""
        return self.index_of.get("first" if role == "number" and role not in self.index_of else role)


def find_columns(rows: Sequence[Sequence[Cell]]) -> Columns | None:
    """Return the columns by the row with most headings, one of them for numbers; None where no row has that."""
    found = [_columns_of(place, row) for place, row in enumerate(rows[:SEARCHED_ROWS])]
    named = [columns for columns in found if {"number", "first"} & columns.index_of.keys()]
    return max(named, key=lambda columns: len(columns.index_of), default=None)


def _columns_of(place: int, row: Sequence[Cell]) -> Columns:
    words = [_word(cell) for cell in row]
    roles = [_ROLE_OF.get(word, "") for word in words]
    index_of: dict[str, int] = {}
    for index, role in enumerate(roles):
        if role and not (role == "monthly_cost" and _OTHER_UNITS & set(simplified(str(row[index])).split("_"))):
            index_of.setdefault(role, index)
    _settle_ends(index_of)
    kept = set(index_of.values())
    unread = tuple(str(cell).strip() for index, cell in enumerate(row) if index not in kept and _has_text(cell))
    cost = index_of.get("monthly_cost")
    currencies = currencies_in(str(row[cost])) if cost is not None else set()
    return Columns(place, index_of, unread, frozenset(words), frozenset(currencies), len(row))


def _settle_ends(index_of: dict[str, int]) -> None:
    """Tell which columns are the ends of ranges; a number beside a last number is the first one."""
    ends = {"first": index_of.pop("begin", -1), "last": index_of.pop("end", -1)}
    if not {"number", "first"} & index_of.keys() and min(ends.values()) >= 0:
        index_of.update(ends)
    if not {"number", "first"} & index_of.keys() and "lead" in index_of:
        index_of["number"] = index_of.pop("lead")
    if "number" in index_of and "last" in index_of:
        index_of.setdefault("first", index_of.pop("number"))
    if "last" not in index_of and "count" not in index_of and "first" in index_of:
        index_of.setdefault("number", index_of.pop("first"))


def _has_text(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _word(cell: Cell) -> str:
    """Return a heading to compare: without what stands in brackets and without a currency behind it."""
    if not isinstance(cell, str):
        return ""
    words = simplified(_IN_BRACKETS.sub(" ", cell)).replace("-", "_").split("_")
    while len(words) > 1 and words[-1] in _CURRENCY_WORDS:
        words.pop()
    return "_".join(filter(None, words))
