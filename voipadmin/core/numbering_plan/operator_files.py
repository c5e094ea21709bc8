"""The public files of the numbering administration: which numbers are whose, pure reading.

A file is a ZIP that holds one CSV, or the CSV itself: Latin-1, `;` between cells, a header line that begins with `#`.
There are three, told by their headers: fixed lines, mobiles, and codes without an area such as 0800.
"""

import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, NamedTuple

LARGEST_CSV = 400_000_000
LONGEST_LINE = 4_000
MOST_SHOWN = 50
FIXED, MOBILE, NON_GEOGRAPHIC = "fixed", "mobile", "non_geographic"

# Headings without accents -> column. The first heading that only one kind has tells the kind.
_COLUMNS = {
    "prestadora": "operator",
    "cnpj": "tax_id",
    "uf": "state",
    "cn": "area",
    "prefixo": "prefix",
    "faixa inicial": "first",
    "faixa final": "last",
    "codigo nao geografico": "number",
    "cnl": "locality_code",
    "localidade": "locality",
    "area local": "local_area",
    "sigla": "acronym",
    "codigo": "code",
    "status": "status",
}
_NEEDED = {
    FIXED: frozenset({"operator", "state", "area", "prefix", "first", "last"}),
    MOBILE: frozenset({"operator", "area", "prefix", "first", "last"}),
    NON_GEOGRAPHIC: frozenset({"operator", "number"}),
}
# Columns of the table, in the order of a row.
TEXTS = ("operator", "tax_id", "state", "area", "prefix", "locality_code", "locality", "local_area", "acronym", "code",
         "status")  # fmt: skip
WIDTHS = (200, 20, 2, 3, 10, 10, 120, 120, 20, 20, 40)


class UnreadableFileError(Exception):
    """The file is none of the administration's; `args[0]` says why, in English."""


class LeftLine(NamedTuple):
    """A line that was not taken, and why."""

    line: int
    reason: str


class RangeRow(NamedTuple):
    """A range as it is stored: first and last national number, then the texts of TEXTS."""

    first: int
    last: int
    texts: tuple[str, ...]


@dataclass
class OperatorFile:
    """A file that is being read: iterate over `rows()` once, then see what was left."""

    kind: str
    columns: Mapping[str, int]
    lines: Iterator[tuple[int, list[str]]]
    taken: int = 0
    left: int = 0
    shown: list[LeftLine] = field(default_factory=list)

    def rows(self) -> Iterator[RangeRow]:
        """Return the ranges one by one; lines that are none are counted and, the first ones, kept with their reason."""
        for number, cells in self.lines:
            if not any(cells):
                continue
            row = self._row(cells)
            if isinstance(row, str):
                self.left += 1
                if len(self.shown) < MOST_SHOWN:
                    self.shown.append(LeftLine(number, row))
            else:
                self.taken += 1
                yield row

    def _row(self, cells: list[str]) -> RangeRow | str:
        """Return the range of a line, or why it is none."""
        if len(cells) < max(self.columns.values()) + 1:
            return "columns"
        values = {name: cells[index].strip() for name, index in self.columns.items()}
        limits = self._limits(values)
        if limits is None:
            return "digits"
        if limits[1] < limits[0]:
            return "order"
        if not values["operator"]:
            return "operator"
        texts = tuple(_plain(values.get(name, ""))[:width] for name, width in zip(TEXTS, WIDTHS, strict=True))
        return RangeRow(*limits, texts)

    def _limits(self, values: Mapping[str, str]) -> tuple[int, int] | None:
        """Return the first and the last national number, or None where the cells make no such numbers."""
        if self.kind == NON_GEOGRAPHIC:
            number = "".join(character for character in values["number"] if character not in " -.").removeprefix("0")
            return (int(number), int(number)) if _is_digits(number, 6, 12) else None
        area, prefix, first, last = (values[name] for name in ("area", "prefix", "first", "last"))
        begins = f"{area}{prefix}"
        fits = _is_digits(area, 2, 3) and _is_digits(prefix, 3, 6) and len(first) == len(last)
        if not (fits and _is_digits(first, 1, 6) and _is_digits(last, 1, 6)):
            return None
        return int(begins + first), int(begins + last)


def _is_digits(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= len(text) <= most


def _plain(text: str) -> str:
    """Return a text without what cannot be printed."""
    return "".join(character for character in text if character.isprintable())


def open_operator_file(content: bytes) -> OperatorFile:
    """Open a file of the administration; raise UnreadableFileError where it is none."""
    lines = _lines(content)
    for _number, cells in lines:
        names = [_simplified(cell) for cell in cells]
        columns = {_COLUMNS[name]: index for index, name in enumerate(names) if name in _COLUMNS}
        if cells[:1] and cells[0].lstrip("\ufeff ").startswith("#"):
            return OperatorFile(_kind_of(columns), columns, lines)
        if any(cells):
            raise UnreadableFileError("the first line is no header that begins with #")
    raise UnreadableFileError("the file is empty")


def _simplified(cell: str) -> str:
    bare = unicodedata.normalize("NFKD", cell.strip().lstrip("\ufeff# ").casefold())
    return " ".join("".join(character for character in bare if not unicodedata.combining(character)).split())


def _kind_of(columns: Mapping[str, int]) -> str:
    for kind in (NON_GEOGRAPHIC, FIXED, MOBILE):
        if _NEEDED[kind] <= columns.keys():
            return kind
    raise UnreadableFileError("the header has not the columns of any of the administration's files")


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    stream = io.TextIOWrapper(_opened(content), encoding="latin-1", newline="")
    # A line without an end would be read whole: it is cut instead, and is then none that is taken.
    reader = csv.reader(iter(lambda: stream.readline(LONGEST_LINE), ""), delimiter=";", quoting=csv.QUOTE_NONE)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnreadableFileError("the ZIP is damaged") from error


def _opened(content: bytes) -> IO[bytes]:
    if not content.startswith(b"PK"):
        return io.BytesIO(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise UnreadableFileError(f"the ZIP holds {len(members)} files, not one")
        # No more is read of a member than the size that its entry names.
        if members[0].file_size > LARGEST_CSV:
            raise UnreadableFileError("the file is too large")
        return archive.open(members[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError("the ZIP cannot be read") from error
