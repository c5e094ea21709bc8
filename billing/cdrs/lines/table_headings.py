"""The columns of a table of call records, by their headings in English, Portuguese and Spanish; pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from billing.cdrs.lines.plain_format import HeadedLayout
from billing.cdrs.lines.written_values import order_of
from voipadmin.core.sheets.cells import simplified

# What a column is -> headings without accents, words joined by `_`. Of two columns with one meaning the first is read.
HEADINGS = {
    "start": "calldate start start_time starttime start_date started_at data data_hora data_e_hora data_inicio inicio"
    " inicio_chamada date datetime date_time call_date call_start begin fecha fecha_hora fecha_inicio timestamp",
    "clock": "hora hora_inicio hour time call_time hora_chamada",
    "answer": "answer answer_time answertime answered_at connect_time atendimento hora_atendimento data_atendimento",
    "end": "end end_time endtime end_date hangup hangup_time fim termino data_fim hora_fim fin fecha_fin ended_at",
    "duration": "duration duracao duracion total_duration call_duration tempo_total duration_seconds duracao_total",
    "billsec": "billsec billable billable_seconds billed_seconds bill_sec billing_duration tempo_falado"
    " tempo_conversado talk_time conversacao duracao_faturada segundos_faturados segundos segundos_facturados"
    " tiempo_hablado seconds",
    "disposition": "disposition status estado situacao resultado call_status result",
    "src": "src source caller from origem origen calling_number caller_number ani a_number numero_origem numero_a cli"
    " from_number originador callerid_num numero_de_origem chamador",
    "dst": "dst destination destino to called called_number dialled dialed dialled_number b_number numero_b"
    " destination_number numero_destino numero_discado to_number numero_de_destino chamado numero_marcado",
    "clid": "clid caller_id callerid caller_name",
    "channel": "channel canal src_channel canal_origem",
    "dstchannel": "dstchannel dst_channel destination_channel canal_destino",
    "account": "accountcode account_code account conta cuenta codigo_conta",
    "uniqueid": "uniqueid unique_id",
    "linkedid": "linkedid linked_id",
    "sequence": "sequence sequencia secuencia",
}
ROLES = tuple(HEADINGS)
_ROLE_OF = {word: role for role, words in HEADINGS.items() for word in words.split()}
SEARCHED_ROWS = 20
FEWEST_HEADINGS = 3


def heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the row whose cells are headings: most of them known, or, failing that, none a value."""
    known = [sum(simplified(cell) in _ROLE_OF for cell in row) for row in rows[:SEARCHED_ROWS]]
    best = max(known, default=0)
    if best >= FEWEST_HEADINGS:
        return known.index(best)
    wide = [index for index, row in enumerate(rows[:SEARCHED_ROWS]) if len(list(filter(None, row))) >= FEWEST_HEADINGS]
    return wide[0] if wide and not any(any(map(str.isdigit, cell)) for cell in rows[wide[0]]) else None


def columns_of(headings: Sequence[str]) -> dict[str, int]:
    """Return role -> index of the headings that are known."""
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if role := _ROLE_OF.get(simplified(heading)):
            columns.setdefault(role, index)
    if "start" not in columns and "clock" in columns:
        columns["start"] = columns.pop("clock")
    return columns


def missing_roles(columns: Mapping[str, int]) -> tuple[str, ...]:
    """Return what is missing for call records: their beginning, the called number, and how long they were."""
    missing = [role for role in ("start", "dst") if role not in columns]
    return (*missing, *(() if {"duration", "billsec", "end"} & columns.keys() else ("billsec",)))


def date_order_of(layout: HeadedLayout, rows: Iterable[Sequence[str]]) -> str:
    """Return the order of the dates of all rows: `dmy`, `mdy`, `?` where no row tells, or nothing where none asks.

    Nothing, too, where rows contradict each other: then a date that could be either is no time.
    """
    places = [layout.columns[role] for role in ("start", "answer", "end") if role in layout.columns]
    told = {order_of(row[place]) for row in rows for place in places if place < len(row)} - {""}
    known = told - {"?"}
    if len(known) > 1:
        return ""
    return next(iter(known), "?") if told else ""


def headings_hash(headings: Sequence[str]) -> str:
    """Return what tables with the same headings have in common."""
    return hashlib.sha256("\0".join(simplified(heading) for heading in headings).encode()).hexdigest()
