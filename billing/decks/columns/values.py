"""What a column's values say of it: whether they fit its heading, and what they look like where nothing uses it."""

import re
from collections.abc import Iterable, MutableMapping, Sequence
from datetime import date

from billing.decks.cells import changes
from billing.decks.columns.headings import read_heading
from billing.decks.columns.roles import SECOND_NAME
from voipadmin.core.sheets.cells import Cell, is_digits, simplified, text_of

SAMPLE = 300
# So many different whole numbers, each once, are the numbers of something.
MANY_IDENTIFIERS = 20
MOST_WORDS = 12
LONGEST_TIME = 3600
LONGEST_AREA = 3
MONEY, TIME, DAY, STATUS = "money", "time", "date", "status"

_AMOUNT = re.compile(
    r"[-+(]?\s*+(?:[A-Z]{0,2}[$€£]|[A-Z]{3})?\s*+\d[\d.,]*+\s*+(?:[$€£%¢]|[A-Z]{3})?\)?(?:\s*+/\s*+\w+)?"
)
_WITH_SIGN = re.compile(r"[$€£%¢]|\d[.,]\d|[A-Z]{3}")
_TIME = re.compile(
    r"\d{1,4}\s*(?:s|sec|secs|seg|segs|seconds?|segundos?|min|mins|minutes?|minutos?)\.?|\d{1,2}:\d{2}(?::\d{2})?"
    r"|\d{1,4}\s*[/+]\s*\d{1,4}(?:\s*[/+]\s*\d{1,4})?",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*|\d{1,2}[\s./-]+(?:de\s+)?[^\W\d]{3,10}\.?[\s./,-]++(?>.*?\d{2}).*"
    r"|[^\W\d]{3,10}\.?\s+\d{1,2},?\s+\d{4}.*"
)
_PREFIX = re.compile(r"[+\d][\d\s().,;/|+-]*")
# Headings that carriers also give to other things: “Estado” is a state of Brazil, “From” may be a place.
_LOOSE = {"status": {"estado", "state", "situacao"}, "change": {"comment", "comments", "comentario"}}
_LOOSE_DATES = {
    "from",
    "to",
    "until",
    "start",
    "end",
    "starts",
    "ends",
    "desde",
    "hasta",
    "ate",
    "fim",
    "fin",
    "inicio",
}


def settle_by_values(
    columns: MutableMapping[str, int], headings: Sequence[str], body: Sequence[Sequence[Cell]]
) -> None:
    """Correct what headings alone told: Destination over prefixes is the prefix, Mobile over names is no price.

    `columns` are roles with their indexes from 0, changed in place; `body` is the rows below the headings.
    """
    sample = [row for row in body[:SAMPLE] if any(cell not in (None, "") for cell in row)]
    for role, index in list(columns.items()):
        values = values_of(sample, index)
        if values and not _fits(role, simplified(headings[index]), values):
            del columns[role]
    _find_prefix(columns, headings, sample)
    _tell_area_from_prefix(columns, body)


def values_of(rows: Iterable[Sequence[Cell]], index: int) -> list[Cell]:
    """Return the cells of a column that hold something."""
    return [row[index] for row in rows if index < len(row) and row[index] not in (None, "")]


def _fits(role: str, heading: str, values: list[Cell]) -> bool:
    """Tell whether values could be of a role whose heading alone is not enough."""
    texts = [str(value).strip() for value in values]
    if role in {"fixed_price", "mobile_price"}:
        return any(map(_AMOUNT.fullmatch, texts))
    if role == "kind":
        return any(map(changes.kind_of, texts))
    if role == "country":
        return any(any(map(str.isdigit, text)) for text in texts)
    if heading in _LOOSE.get(role, ()):
        return any(map(changes.is_known, texts))
    if heading in _LOOSE_DATES:
        return any(isinstance(value, date) or any(map(str.isdigit, str(value))) for value in values)
    return True


def _find_prefix(columns: MutableMapping[str, int], headings: Sequence[str], sample: Sequence[Sequence[Cell]]) -> None:
    """Find prefixes, or areas beside a country, below a heading that is mostly for names."""
    if "prefix" in columns or "area" in columns:
        return
    wanted = "area" if "country" in columns else "prefix"
    for index, heading in enumerate(headings):
        found = values_of(sample, index) if read_heading(heading).role in {"name", SECOND_NAME} else []
        if found and all(_PREFIX.fullmatch(str(value).strip()) for value in found):
            if columns.get("name") == index:
                del columns["name"]
            columns["area" if _are_areas(heading, found) else wanted] = index
            break
    if "name" not in columns:
        _find_name(columns, headings)
    if "country" in columns and columns.keys().isdisjoint({"prefix", "area"}):
        columns["prefix"] = columns.pop("country")


def _are_areas(heading: str, values: list[Cell]) -> bool:
    """Tell whether a column that says Area holds area codes: 21 below it is no prefix of Tunisia and Algeria."""
    digits = ["".join(filter(str.isdigit, text_of(value))) for value in values]
    return simplified(heading) in {"area", "areas"} and all(len(area) <= LONGEST_AREA for area in digits)


def _find_name(columns: MutableMapping[str, int], headings: Sequence[str]) -> None:
    roles = [read_heading(heading).role for heading in headings]
    for wanted in ("name", SECOND_NAME):
        free = [index for index, role in enumerate(roles) if role == wanted and index not in columns.values()]
        if free:
            columns["name"] = free[0]
            return


def _tell_area_from_prefix(columns: MutableMapping[str, int], body: Sequence[Sequence[Cell]]) -> None:
    """Beside a column of country codes, prefixes that do not all begin with theirs are area codes."""
    if "country" not in columns or "prefix" not in columns or "area" in columns:
        return
    country, prefix = columns["country"], columns["prefix"]
    long_enough = [row for row in body if len(row) > max(country, prefix)]
    if all(_plain(row[prefix]).startswith(_plain(row[country])) for row in long_enough):
        del columns["country"]
    else:
        columns["area"] = columns.pop("prefix")


def _plain(cell: Cell) -> str:
    text = "" if cell is None else str(cell).strip().removesuffix(".0")
    return text.removeprefix("+").removeprefix("00")


def look_of(values: Sequence[Cell]) -> str:
    """Return what the values of a column look like (money, time, date or status), or nothing that prices could need."""
    different = {value.strip() if isinstance(value, str) else value for value in values}
    looks = [_look(value) for value in different]
    known = max(set(looks), key=looks.count, default="")
    if 2 * looks.count("") > len(looks):
        return ""
    if known == TIME and len(different) == len(values) > MANY_IDENTIFIERS:
        return ""
    if looks.count(STATUS) and len(different) > MOST_WORDS:
        return ""
    return known or next(filter(None, looks), "")


def _look(value: Cell) -> str:
    if isinstance(value, date):
        return DAY
    if isinstance(value, float) and not value.is_integer():
        return MONEY
    text = str(int(value) if isinstance(value, float) else value)
    if is_digits(text):
        return (STATUS if text in {"0", "1"} else TIME) if text == str(int(text)) and int(text) <= LONGEST_TIME else ""
    if changes.is_known(text):
        return STATUS
    # A date first: the parts of 31/12/2026 could be seconds, too.
    if _DAY.fullmatch(text):
        return DAY
    if _TIME.fullmatch(text):
        return TIME
    return MONEY if _AMOUNT.fullmatch(text) and _WITH_SIGN.search(text) else ""
