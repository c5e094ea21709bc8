"""Which column of a price list is what: guessed by its heading, or as in the provider's last deck."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.sheets.cells import Cell, simplified
from voipadmin.core.sheets.input_errors import FileError

SEARCHED_ROWS = 40

# What a column can be, with the words that carriers write over it, simplified; an exact heading beats a part of one.
HEADINGS: dict[str, str] = {
    "prefix": "prefix prefixes prefixo prefixos prefijo prefijos code codes codigo codigos dial_code dial_codes "
    "dialcode dialling_code destination_code breakout breakouts digits codigo_destino full_code number_prefix",
    "country": "country_code cc codigo_pais codigo_do_pais ddi country_codes codigo_de_pais",
    "area": "area_code area_codes city_code city_codes ndc ddd codigo_area codigo_de_area destination_codes "
    "area_city_code codigos_de_area cn",
    "name": "destination destination_name destino name nome nombre country zone description descricao descripcion "
    "location route zona pais dest_name operator",
    "origin": "origin origin_prefix origin_code origin_codes origem prefixo_origem origen prefijo_origen "
    "origination a_number_prefix",
    "price": "price rate price_min rate_min price_per_minute rate_per_minute per_minute preco preco_min valor "
    "valor_minuto preco_por_minuto tarifa precio precio_minuto tarifa_minuto cost cost_per_minute custo new_rate "
    "new_price price_usd rate_usd rate_brl preco_r preco_brl usd_min brl_min valor_min r_min rate_1_min "
    "price_1_min peak_rate rates effective_rate rate_in_usd",
    "connect_fee": "connect_fee connection_fee setup_fee call_setup taxa_de_conexao taxa_conexao setup "
    "cargo_conexion connection",
    "minimum_charge": "minimum_charge min_charge valor_minimo cobranca_minima cargo_minimo",
    "blocks": "billing billing_increment billing_increments increment increments interval intervals rounding cadencia "
    "billing_interval bill_increment cadence min_incr billing_terms incremento tarifacao "
    "minimum_increment billing_pulse pulse",
    "initial": "initial first_interval initial_block min_duration minimum_duration interval_1 first_increment "
    "initial_increment minimum minimo minimo_segundos minimum_time bloque_inicial bloco_inicial interval1",
    "increment": "interval_n next_interval next_increment subsequent subsequent_increment additional interval_2 "
    "increment_seconds incremento_segundos passo additional_increment intervaln",
    "free": "free_seconds free grace grace_period segundos_gratis carencia",
    "effective": "effective effective_date effective_from valid_from start_date date vigencia data data_de_vigencia "
    "inicio inicio_vigencia data_inicio fecha fecha_efectiva desde valid_since activation_date begin_date",
    "change": "change changes status action rate_change change_type type_of_change comment comments price_change "
    "alteracao situacao acao tipo cambio estado rate_status code_status movimento tipo_cambio",
    "currency": "currency moeda moneda curr",
}  # fmt: skip
# Which of two columns of these counts changes no price.
HARMLESS = frozenset({"name", "free"})
BESIDE_A_PRICE = frozenset({"per", "min", "minute", "minuto", "usd", "brl", "eur", "gbp", "us"})
LABELS: dict[str, Any] = {
    "prefix": _("Prefix"),
    "country": _("Country code"),
    "area": _("Area codes"),
    "name": _("Destination"),
    "origin": _("Origin"),
    "price": _("Price per minute"),
    "connect_fee": _("Connect fee"),
    "minimum_charge": _("Minimum charge"),
    "blocks": _("Blocks (60/60, 1+1)"),
    "initial": _("Initial block"),
    "increment": _("Increment"),
    "free": _("Free seconds"),
    "effective": _("Effective from"),
    "change": _("Change"),
    "currency": _("Currency"),
}
_FIELD_OF = {word: name for name, words in HEADINGS.items() for word in words.split()}


@dataclass(slots=True)
class Layout:
    """The columns of a list by what they are (from 0), the row of its headings (0: none), and answers to questions."""

    columns: dict[str, int] = field(default_factory=dict)
    heading_row: int = 0
    headings: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    # A column that could be what another one is taken to be, -1 where there is none: which of them it is, is asked.
    unclear: int = -1

    @property
    def is_complete(self) -> bool:
        """Tell whether prefix and price are known."""
        return "price" in self.columns and ("prefix" in self.columns or {"country", "area"} <= self.columns.keys())

    def kept(self) -> dict[str, Any]:
        """Return the layout as it is stored."""
        return {name: value for name, value in asdict(self).items() if name != "unclear"}

    def remembered(self) -> dict[str, Any]:
        """Return what the provider's next deck begins with: the answers that hold for its style, not for one list."""
        lasting = {key: value for key, value in self.answers.items() if key in LASTING}
        return self.kept() | {"answers": lasting}


# Answers about how a carrier writes, which the next list is read by; the others are about one list.
LASTING = frozenset({"date_order", "decimal"})


def layout_of(kept: Mapping[str, Any]) -> Layout:
    """Return a layout that was stored."""
    return Layout(
        {name: int(index) for name, index in kept.get("columns", {}).items() if name in HEADINGS},
        int(kept.get("heading_row", 0)),
        [str(text) for text in kept.get("headings", [])],
        dict(kept.get("answers", {})),
    )


def find_sheet(sheets: Mapping[str, Sequence[Sequence[Cell]]], last: Layout) -> Sequence[Sequence[Cell]]:
    """Return the rows of the sheet that is a list, else of the longest; two lists are not one, whichever was meant."""
    lists = [name for name, rows in sheets.items() if find_layout(rows, last).is_complete]
    if len(lists) > 1:
        raise FileError("several_sheets", value=", ".join(lists))
    return sheets[lists[0]] if lists else max(sheets.values(), key=len)


def find_layout(rows: Sequence[Sequence[Cell]], last: Layout) -> Layout:
    """Return how a list is laid out: as the last one where its headings are there, else by the headings' words."""
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        places, unclear = _places_as_before(_headings(row), last)
        if places:
            found = Layout(places, number, _shown(row), dict(last.answers), unclear)
            if found.is_complete:
                return _below_headings(rows, found)
    return _below_headings(rows, _guess(rows, last))


def _places_as_before(headings: list[str], last: Layout) -> tuple[dict[str, int], int]:
    """Return the columns of a row of headings in which all of the last list's are found, and the first unclear one."""
    wanted = [simplified(text) for text in last.headings]
    if headings == wanted:
        places = {name: index for name, index in last.columns.items() if index < len(wanted) and wanted[index]}
    else:
        places = {
            name: headings.index(wanted[index])
            for name, index in last.columns.items()
            if index < len(wanted) and wanted[index] and headings.count(wanted[index]) == 1
        }
    if not places or places.keys() != last.columns.keys():
        return {}, -1
    # A column that the last list did not have is found by its own heading; it could be what another one was.
    found, unclear = _columns_of([heading if heading not in wanted else "" for heading in headings])
    rivals = [index for name, index in found.items() if name in places and name not in HARMLESS]
    return found | places, min([index for index in (unclear, *rivals) if index >= 0], default=-1)


def told_layout(rows: Sequence[Sequence[Cell]], told: Layout) -> Layout:
    """Return a layout whose columns a person named, below its headings."""
    found = _below_headings(rows, Layout(dict(told.columns), told.heading_row, [], dict(told.answers)))
    above = [_shown(row) for row in rows[: found.heading_row]]
    # Of several rows of headings the one that has most of the named columns is looked for in the next list.
    found.headings = max(reversed(above), key=lambda row: _filled(row, told.columns), default=[])
    return found


def _filled(row: Sequence[str], columns: Mapping[str, int]) -> int:
    return sum(index < len(row) and bool(row[index]) for index in columns.values())


def _below_headings(rows: Sequence[Sequence[Cell]], layout: Layout) -> Layout:
    """Return a layout whose last row of headings is the one above the first prefix or price."""
    if layout.is_complete:
        last = layout.heading_row
        places = [layout.columns[name] for name in ("prefix", "country", "area", "price") if name in layout.columns]
        for number, row in enumerate(rows[layout.heading_row : SEARCHED_ROWS], start=layout.heading_row + 1):
            if any(_holds(row, place) for place in places):
                layout.heading_row = last
                break
            if any(cell not in (None, "") for cell in row):
                last = number
    return layout


def _holds(row: Sequence[Cell], index: int) -> bool:
    """Tell whether a cell holds a number or a formula, not words about numbers."""
    text = _plain(row[index]) if index < len(row) else ""
    return text.startswith("=") or (any(map(str.isdigit, text)) and not text[:1].isalpha())


def _guess(rows: Sequence[Sequence[Cell]], last: Layout) -> Layout:
    best = Layout(answers=dict(last.answers))
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        columns, unclear = _columns_of(_headings(row))
        if len(columns) > len(best.columns):
            best = Layout(columns, number, _shown(row), dict(last.answers), unclear)
    _tell_area_from_prefix(best, rows)
    return best


def _columns_of(headings: Sequence[str]) -> tuple[dict[str, int], int]:
    """Return the columns by their headings, and the first that could be what another one is; -1 where there is none."""
    columns: dict[str, int] = {}
    unclear: list[int] = []
    for read in (_FIELD_OF.get, _by_part):
        known = set(columns)
        for index, heading in enumerate(headings):
            name = read(heading)
            if not name or name in known or index in columns.values():
                continue
            if columns.setdefault(name, index) != index and name not in HARMLESS:
                unclear.append(index)
    return columns, min(unclear, default=-1)


def _by_part(heading: str) -> str:
    """Return what a heading such as `rate_usd_per_min` is about, by its words."""
    words = set(heading.split("_"))
    if words & BESIDE_A_PRICE and words & {"rate", "price", "preco", "valor"}:
        return "price"
    if words & {"effective", "vigencia"}:
        return "effective"
    return ""


def _tell_area_from_prefix(layout: Layout, rows: Sequence[Sequence[Cell]]) -> None:
    """Beside a column of country codes, prefixes that do not all begin with theirs are area codes."""
    columns = layout.columns
    if "country" not in columns or "prefix" not in columns or "area" in columns:
        return
    country, prefix = columns["country"], columns["prefix"]
    long_enough = [row for row in rows[layout.heading_row :] if len(row) > max(country, prefix)]
    if all(_plain(row[prefix]).startswith(_plain(row[country])) for row in long_enough):
        del columns["country"]
    else:
        columns["area"] = columns.pop("prefix")


def _plain(cell: Cell) -> str:
    text = "" if cell is None else str(cell).strip().removesuffix(".0")
    return text.removeprefix("+").removeprefix("00")


def _headings(row: Sequence[Cell]) -> list[str]:
    return [simplified(cell) if isinstance(cell, str) else "" for cell in row]


def _shown(row: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else str(cell)[:60] for cell in row]
