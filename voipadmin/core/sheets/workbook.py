"""XLSX workbooks: sizes are checked before and while unpacking, formulas are found, and only then are cells read.

The check goes through each sheet once with expat, piece by piece. What it lets through calamine reads.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import FileError, column_index, column_letter

WORKBOOK = "xl/workbook.xml"
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
# Below this a file may be packed as tightly as it likes: a list of a few prefixes is mostly the same words.
RATIO_COUNTS_FROM = 20 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 256
MOST_CELLS = 16_000_000
PIECE = 1024 * 1024
LONGEST_TAG = 2 * PIECE
DIGITS = "0123456789"
# XFD is the last column; one letter more is far beyond.
LONGEST_COLUMN = 4
# A mark of the byte order, and blanks.
BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"

# What the zip and XML libraries raise for what is none of theirs.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, KeyError,
          ValueError, expat.ExpatError)  # fmt: skip


def sheets_of_workbook(content: bytes) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """Yield each sheet that is shown, with its name and its rows from the first one on; raise FileError."""
    try:
        _check_packing(content)
    except BROKEN as error:
        raise FileError("not_a_workbook") from error
    yield from _sheets(content)


def _check_packing(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        members = packed.infolist()
        # The library reads other kinds as well, of which nothing below would be checked: ODS, XLSB.
        if WORKBOOK not in packed.namelist():
            raise FileError("not_a_workbook")
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
            raise FileError("unpacks_too_large", value=str(MOST_UNPACKED >> 20))
        # What a member says of its size may be a lie: only what comes out of it counts.
        unpacked = 0
        for member in members:
            unpacked += _check_member(packed, member, len(content), unpacked)


def _check_member(packed: zipfile.ZipFile, member: zipfile.ZipInfo, size: int, before: int) -> int:
    unpacked = 0
    sheet = SheetCheck()
    with packed.open(member) as stream:
        while piece := stream.read(PIECE):
            unpacked += len(piece)
            total = before + unpacked
            if total > MOST_UNPACKED:
                raise FileError("unpacks_too_large", value=str(MOST_UNPACKED >> 20))
            if total > RATIO_COUNTS_FROM and total > MOST_RATIO * size:
                raise FileError("packed_too_tightly", value=str(MOST_RATIO))
            sheet.feed(piece)
    sheet.close()
    return unpacked


class SheetCheck:
    """Refuses what no list has: declarations of entities, formulas, and cells in far corners.

    Members that do not begin as XML, or whose first element is no sheet, are let through: no cells come of them. Raise
    FileError with the place, expat.ExpatError for what is no XML.
    """

    def __init__(self) -> None:
        self._parser: expat.XMLParserType | None = None
        self._begun = False
        self._fed = 0
        self._row = self._column = self._widest = 0
        self._known: dict[str, str] = {}

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        if not self._begun:
            self._begin(piece)
        parser = self._parser
        if parser is None:
            return
        self._fed += len(piece)
        parser.Parse(piece, False)
        # Expat reads a tag that is not closed from its beginning with each piece.
        if self._fed - parser.CurrentByteIndex > LONGEST_TAG:
            raise FileError("not_a_workbook")

    def close(self) -> None:
        """Raise expat.ExpatError where the last piece did not end the document."""
        if self._parser is not None:
            self._parser.Parse(b"", True)

    def _begin(self, piece: bytes) -> None:
        self._begun = True
        if piece.lstrip(BEFORE_XML)[:1] != b"<":
            return
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._first_element
        self._parser.StartDoctypeDeclHandler = _refuse

    def _first_element(self, name: str, _attributes: dict[str, str]) -> None:
        if self._parser is None or _local(name) != "worksheet":
            # The parser goes on to the end of this piece, and says nothing more.
            if self._parser is not None:
                self._parser.StartElementHandler = None
            self._parser = None
        else:
            self._parser.StartElementHandler = self._element

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        kind = self._known.get(name)
        if kind is None:
            kind = self._known[name] = _local(name)
        if kind == "c":
            self._go_to(attributes.get("r", ""))
        elif kind == "row":
            self._row, self._column = int(attributes.get("r") or self._row + 1), 0
        elif kind == "f":
            raise FileError("formula", row=self._row, column=column_letter(self._column - 1), value="=")

    def _go_to(self, place: str) -> None:
        """Note where a cell is: where it says, else behind the one before it."""
        letters = place.rstrip(DIGITS)
        self._column = column_index(letters.upper()[:LONGEST_COLUMN]) + 1 if letters else self._column + 1
        self._row = int(place[len(letters) :] or self._row)
        self._widest = max(self._widest, self._column)
        # Cells are laid out as one rectangle: two of them in far corners would be billions.
        if self._column > MOST_COLUMNS or self._row > MOST_ROWS or self._widest * self._row > MOST_CELLS:
            raise FileError("too_many_cells", value=f"{MOST_COLUMNS} × {MOST_ROWS}")


def _refuse(*_declaration: object) -> None:
    raise FileError("not_a_workbook")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sheets(content: bytes) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        for name in shown:
            yield name, _rows(workbook.get_sheet_by_name(name))
    except PasswordError as error:
        raise FileError("old_workbook") from error
    except (CalamineError, *BROKEN) as error:
        raise FileError("not_a_workbook") from error


def _rows(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    # A library's times and durations are no cells of ours; whoever reads a cell says so where one stands.
    yield from sheet.iter_rows()  # type: ignore[misc]
