"""CSV of a list: streamed, in UTF-8 with a mark that spreadsheets know, and safe to open in one."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# More rows than this are no longer sent while somebody waits: a job makes the file.
LARGEST_SENT = 20_000
# A spreadsheet runs a cell that starts with one of these as a formula, some also in their wide forms.
_STARTS = "=+@\uff0b\uff0d\uff1d\uff20-"
# Where the comma is the decimal sign, as in Brazil, spreadsheets divide lines at semicolons, inside of our quotes as
# well: what stands behind one may become a cell. Tabs and line ends begin one, too.
_FORMULA = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?=[{_STARTS}])|^(?=[\t\r\n])")


def neutralise(value: Any) -> Any:
    """Return `value` with an apostrophe before each part of a text that a spreadsheet would take for a formula."""
    # Letters and digits alone, as most cells are, begin no formula and hold nothing that parts cells.
    return _FORMULA.sub("'", value) if isinstance(value, str) and not value.isalnum() else value


class _Echo:
    """A file that hands back what is written."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def csv_lines(
    rows: Iterable[Iterable[Any]], *, delimiter: str = ",", guarded: Sequence[bool] | None = None
) -> Iterator[str]:
    """Yield the file's lines, the byte order mark first.

    `guarded` says of each column whether its text may be taken for a formula; figures in text, such as `-0,05`, are
    not. Without it every text is guarded.
    """
    yield "\ufeff"
    writer = csv.writer(_Echo(), delimiter=delimiter)
    for row in rows:
        cells = ["" if cell is None else cell for cell in row]
        for place, cell in enumerate(cells):
            if guarded is None or guarded[place]:
                cells[place] = neutralise(cell)
        yield writer.writerow(cells)


def csv_response(rows: Iterable[Iterable[Any]], *, filename: str) -> StreamingHttpResponse:
    """Return the rows as a download."""
    return csv_download(csv_lines(rows), filename=filename)


def csv_download(lines: Iterable[str], *, filename: str) -> StreamingHttpResponse:
    """Return the lines of a file as a download."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
