"""XLSX workbooks: sizes are checked before and while unpacking, formulas are found, and only then are cells read."""

import re
import struct
import zipfile
import zlib
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import FileError

MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
# Below this a file may be packed as tightly as it likes: a list of a few prefixes is mostly the same words.
RATIO_COUNTS_FROM = 20 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 256
MOST_CELLS = 16_000_000
PIECE = 1024 * 1024
# A tag that is cut by the end of a piece is looked at again with the next.
OVERLAP = 4096

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"'](\d+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'][^>]*>\s*<(?:\w+:)?f[\s/>]")
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_HOSTILE = re.compile(rb"<!DOCTYPE|<!ENTITY|\br\s*=\s*[\"'][^\"'<>]*&")
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, KeyError,
          ValueError)  # fmt: skip


def read_workbook(content: bytes) -> dict[str, list[list[Cell]]]:
    """Return the rows of each sheet that is shown and has any, by its name; raise FileError."""
    if not content.startswith(b"PK"):
        raise FileError("old_workbook")
    try:
        _check_packing(content)
    except BROKEN as error:
        raise FileError("not_a_workbook") from error
    return _sheets(content)


def _check_packing(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        members = packed.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
            raise FileError("unpacks_too_large", value=str(MOST_UNPACKED >> 20))
        # What a member says of its size may be a lie: only what comes out of it counts.
        unpacked = 0
        for member in members:
            unpacked += _check_member(packed, member, len(content), unpacked)


def _check_member(packed: zipfile.ZipFile, member: zipfile.ZipInfo, size: int, before: int) -> int:
    is_sheet = _SHEET.fullmatch(member.filename) is not None
    unpacked, tail = 0, b""
    with packed.open(member) as stream:
        while piece := stream.read(PIECE):
            unpacked += len(piece)
            total = before + unpacked
            if total > MOST_UNPACKED:
                raise FileError("unpacks_too_large", value=str(MOST_UNPACKED >> 20))
            if total > RATIO_COUNTS_FROM and total > MOST_RATIO * size:
                raise FileError("packed_too_tightly", value=str(MOST_RATIO))
            if is_sheet:
                _check_sheet(tail + piece)
                tail = piece[-OVERLAP:]
    return unpacked


def _check_sheet(text: bytes) -> None:
    if _HOSTILE.search(text):
        raise FileError("not_a_workbook")
    if found := _FORMULA.search(text):
        raise FileError("formula", row=int(found[2]), column=found[1].decode().upper(), value="=")
    if _ANY_FORMULA.search(text):
        raise FileError("formula", value="=")
    rows = [int(number) for number in _ROW.findall(text)]
    places = _PLACE.findall(text)
    widest = max((_column(letters) for letters in {letters for letters, _row in places}), default=0)
    rows += [int(places[-1][1])] if places else []
    # Cells are laid out as one rectangle: two of them in far corners would be billions.
    if widest > MOST_COLUMNS or max(rows, default=0) > MOST_ROWS or widest * max(rows, default=0) > MOST_CELLS:
        raise FileError("too_many_cells", value=f"{MOST_COLUMNS} × {MOST_ROWS}")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheets(content: bytes) -> dict[str, list[list[Cell]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        found = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in shown}
    except PasswordError as error:
        raise FileError("old_workbook") from error
    except (CalamineError, *BROKEN) as error:
        raise FileError("not_a_workbook") from error
    return {name: rows for name, rows in found.items() if rows}  # type: ignore[misc]  # times of the library are refused by the cells
