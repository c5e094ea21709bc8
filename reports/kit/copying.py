"""A CSV file as PostgreSQL sends it: a query and its columns come in, pieces of the file go out."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import formats, timezone
from django.utils.text import capfirst
from psycopg import ClientCursor

from reports.kit.columns import Column
from reports.kit.sql_cells import SqlCell, date_style, guarded, row_is_risky, sql_cells, text_literal

MARK = "\ufeff".encode()
# Pieces are sent in buckets of this size: PostgreSQL hands them over row by row.
BUCKET = 256 << 10
MACHINE_STYLE = "ISO, YMD"
SESSION = "SELECT set_config('DateStyle', %s, true), set_config('TimeZone', %s, true)"


def delimiter_of(*, for_people: bool) -> str:
    """Return the sign between cells: spreadsheets expect semicolons where the comma is the decimal sign."""
    commas = for_people and formats.get_format("DECIMAL_SEPARATOR", use_l10n=True) == ","
    return ";" if commas else ","


def copied_csv(
    rows: Any, columns: Sequence[Column], words: Mapping[str, Mapping[str, str]], *, for_people: bool
) -> Iterator[bytes]:
    """Return the pieces of a file of `rows`, a query by `values_list` with one value for each column, in that order.

    `words` are those for codes, column by column. What depends on the language is settled now; the query runs when the
    first piece is asked for, and nothing else can use the connection before the last.
    """
    delimiter = delimiter_of(for_people=for_people)
    headings = [capfirst(str(column.heading)) if for_people else column.name for column in columns]
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(headings)
    first = MARK + line.getvalue().encode()
    try:
        statement = _statement(rows, sql_cells(columns, words, for_people=for_people), delimiter)
    except EmptyResultSet:
        return iter([first])
    style = date_style() if for_people else MACHINE_STYLE
    return _pieces(first, statement, style, str(timezone.get_default_timezone()))


def _statement(rows: Any, cells: Sequence[SqlCell], delimiter: str) -> str:
    query, parameters = rows.query.sql_with_params()
    names = [f"c{place}" for place in range(len(cells))]
    read = f"SELECT * FROM ({query}) AS read({', '.join(names)})"  # noqa: S608 - the ORM's query
    # Without OFFSET 0 the planner would look at the whole row once for each cell.
    looked_at = f"SELECT *, {row_is_risky(cells, names)} AS risky FROM ({read}) AS each OFFSET 0"  # noqa: S608 - as above
    written = ", ".join(guarded(cell, name) for cell, name in zip(cells, names, strict=True))
    sent = f"SELECT {written} FROM ({looked_at}) AS told"  # noqa: S608 - as above
    statement = f"COPY ({sent}) TO STDOUT (FORMAT csv, DELIMITER {text_literal(delimiter)}, NULL '')"
    if not parameters:
        return statement.replace("%%", "%")
    connection.ensure_connection()
    # COPY takes no parameters of the server's: they are written into the statement.
    return str(ClientCursor(connection.connection).mogrify(statement, parameters))


def _pieces(first: bytes, statement: str, style: str, zone: str) -> Iterator[bytes]:
    bucket = bytearray(first)
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        _written_as(cursor, style, zone),
        cursor.copy(statement) as copy,
    ):
        for row in copy:
            bucket += row
            if len(bucket) >= BUCKET:
                yield bytes(bucket)
                bucket.clear()
    yield bytes(bucket)


@contextmanager
def _written_as(cursor: Any, style: str, zone: str) -> Iterator[None]:
    """Have the session write dates in a style and a zone, until the block or its transaction ends."""
    cursor.execute(SESSION, [style, zone])
    yield
    cursor.execute(SESSION, [MACHINE_STYLE, connection.timezone_name])
