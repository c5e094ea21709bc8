"""The cells of a CSV file as PostgreSQL writes them: what `writers` does in Python, as expressions of SQL; pure.

PostgreSQL formats and sends a row several times as fast as Python, and neither side ever holds more than a piece. The
session has the installation's time zone and the date style that `date_style` names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import formats

from reports.kit.columns import Column, Kind

Expression = Callable[[str], str]

# Signs by which a spreadsheet takes a cell for a formula, as in `voipadmin.core.tables.csv_export.neutralise`.
_STARTS = "=+@\uff0b\uff0d\uff1d\uff20-"
_FORMULA = f"(?:^|(?<=[;\\t\\r\\n]))(?=[{_STARTS}])|^(?=[\\t\\r\\n])"
# Between the cells of a row, where all of them are looked at together.
_APART = "\x1f"
_RISKY = f"(?:^|[{_APART};\\t\\r\\n])[{_STARTS}]|(?:^|{_APART})[\\t\\r\\n]"
# A date as PostgreSQL writes it in a style of its own: far faster than to_char().
_STYLES = {"d/m/Y": "SQL, DMY", "m/d/Y": "SQL, MDY", "Y-m-d": "ISO, YMD"}
# Django's signs for parts of a date, as to_char() has them.
_DATE_PARTS = {"d": "DD", "m": "MM", "Y": "YYYY", "y": "YY", "j": "FMDD", "n": "FMMM"}
_TO_THE_SECOND = len("2026-11-30 12:00:00")


@dataclass(frozen=True, slots=True)
class SqlCell:
    """How a cell is written, given its value, and whether its text may be taken for a formula."""

    write: Expression
    may_be_formula: bool = False


def text_literal(text: str) -> str:
    """Return a text as a literal of SQL; percent signs are doubled, as in a statement with parameters."""
    quoted = text.replace("'", "''").replace("%", "%%")
    return f"E'{quoted.replace(chr(92), chr(92) * 2)}'"


def sql_cells(columns: Sequence[Column], words: Mapping[str, Mapping[str, str]], *, for_people: bool) -> list[SqlCell]:
    """Return how the cells of the columns are written; people read `words` instead of codes.

    Language and decimal sign are those of the moment of the call.
    """
    return [_cell(column, words.get(column.name), for_people=for_people) for column in columns]


def row_is_risky(cells: Sequence[SqlCell], names: Sequence[str]) -> str:
    """Return the expression that tells whether any text of a row may be taken for a formula: few rows have such."""
    texts = [name for cell, name in zip(cells, names, strict=True) if cell.may_be_formula]
    if not texts:
        return "false"
    return f"concat_ws({text_literal(_APART)}, {', '.join(texts)}) ~ {text_literal(_RISKY)}"


def guarded(cell: SqlCell, name: str) -> str:
    """Return the expression of a cell, with an apostrophe before each formula where the row is `risky`."""
    written = cell.write(name)
    if not cell.may_be_formula:
        return written
    replaced = f"regexp_replace({written}, {text_literal(_FORMULA)}, '''', 'g')"
    # An empty text and nothing are the same in a file: COPY would write quotes for the first.
    return f"nullif(CASE WHEN risky THEN {replaced} ELSE {written} END, '')"


def date_style() -> str:
    """Return the style of dates that the session needs for people of the active language, or that of programs."""
    return _STYLES.get(_date_format(), "ISO, YMD")


def _date_format() -> str:
    return str(formats.get_format("SHORT_DATE_FORMAT", use_l10n=True))


def _cell(column: Column, words: Mapping[str, str] | None, *, for_people: bool) -> SqlCell:
    if words is not None:
        return SqlCell(lambda value: _in_words(value, words) if for_people else f"nullif({value}, '')")
    match column.kind:
        case Kind.MOMENT:
            return SqlCell(_local_moment() if for_people else _iso_moment)
        case Kind.DECIMAL:
            places = column.places if for_people else column.exact or column.places
            return SqlCell(_signed(lambda value: f"round({value}::numeric, {places})", for_people=for_people))
        case Kind.SECONDS:
            return SqlCell(_signed(lambda value: f"trim_scale({value}::numeric)", for_people=for_people))
        case Kind.COUNT:
            return SqlCell(lambda value: value)
        case Kind.DIGITS if for_people:
            return SqlCell(_grouped, may_be_formula=True)
    return SqlCell(lambda value: f"{value}::text", may_be_formula=True)


def _signed(write: Expression, *, for_people: bool) -> Expression:
    sign = str(formats.get_format("DECIMAL_SEPARATOR", use_l10n=True)) if for_people else "."
    if sign == ".":
        return write
    return lambda value: f"replace({write(value)}::text, '.', {text_literal(sign)})"


def _in_words(value: str, words: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {text_literal(code)} THEN {text_literal(word)}" for code, word in words.items() if code)
    return f"(CASE {value} {cases} ELSE nullif({value}, '') END)" if cases else f"nullif({value}, '')"


def _grouped(value: str) -> str:
    """Group digits by four, as `writers.grouped` does: a group of one joins the one before it."""
    first, second, third = (f"substr({value}, {place}, 4) || ' '" for place in (1, 5, 9))
    fours = f"regexp_replace({value}, '([0-9]{{4}})(?=[0-9])', E'\\\\1 ', 'g')"
    return (
        f"(CASE WHEN length({value}) < 6 OR {value} !~ '^[0-9]*$' THEN {value}"
        f" WHEN length({value}) < 10 THEN {first} || substr({value}, 5)"
        f" WHEN length({value}) < 14 THEN {first} || {second} || substr({value}, 9)"
        f" WHEN length({value}) < 18 THEN {first} || {second} || {third} || substr({value}, 13)"
        f" ELSE regexp_replace({fours}, ' ([0-9])$', E'\\\\1') END)"
    )


def _iso_moment(value: str) -> str:
    """Write ISO 8601 with the offset of the moment; PostgreSQL's own has a blank for the T and no minutes of zero."""
    text = f"{value}::text"
    minutes = f"CASE WHEN substr({text}, length({text}) - 2, 1) = ':' THEN '' ELSE ':00' END"
    return f"overlay({text} PLACING 'T' FROM 11 FOR 1) || {minutes}"


def _local_moment() -> Expression:
    """Write date and time to the second, as the active language has them."""
    pattern = _date_format()
    if pattern in _STYLES:
        return lambda value: f"left({value}::text, {_TO_THE_SECOND})"
    parts = "".join(_DATE_PARTS.get(sign, f'"{sign}"' if sign.isalpha() else sign) for sign in pattern)
    return lambda value: f"to_char({value}, {text_literal(f'{parts} HH24:MI:SS')})"
