"""A foreign file is read in a process of its own: it costs what it may cost, and only rows or an error come of it."""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from voipadmin.core.sheets import apart, files, lines_of_rows
from voipadmin.core.sheets.apart import FOR_A_PAGE, MIB, Limits, read_rows, read_sheets
from voipadmin.core.sheets.input_errors import FileError
from voipadmin.core.sheets.lines_of_rows import UnreadableError, decoded, encoded

SHEET = "xl/worksheets/sheet1.xml"
SCHEMAS = "http://schemas.openxmlformats.org"
MAIN = f"{SCHEMAS}/spreadsheetml/2006/main"
PACKAGE = f"{SCHEMAS}/package/2006"
OFFICE = f"{SCHEMAS}/officeDocument/2006/relationships"
# What the reader says first and last.
BEGIN, END = """print('{"sheet": "x"}');""", """print('{"end": true}')"""


def workbook(rows: list[list[Any]]) -> bytes:
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet("Rates")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    hour = book.add_format({"num_format": "hh:mm"})
    kinds = {date: day, datetime: moment, time: hour}
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, kinds.get(type(cell)))
    book.close()
    return kept.getvalue()


def with_sheet(text: bytes, *, others: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook whose sheet is this text."""
    kept = BytesIO()
    replaced = {SHEET: text, **(others or {})}
    with (
        zipfile.ZipFile(BytesIO(workbook([["Prefix", "Price"]]))) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for item in old.namelist():
            new.writestr(item, replaced.get(item, old.read(item)))
    return kept.getvalue()


def refused(content: bytes, limits: Limits = FOR_A_PAGE) -> tuple[str, int, str]:
    with pytest.raises(FileError) as caught:
        read_rows(content, limits)
    error = caught.value.error
    return error.code, error.row, error.column


def rows_of(count: int, row: bytes) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + row * count + b"</sheetData></worksheet>"


def reader_that(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Put another program in the reader's place, as one that a file took over would be."""
    monkeypatch.setattr(apart, "START", program)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return started


def test_n80_a_sheet_of_tags_that_never_end_is_refused(processes: list[subprocess.Popen[bytes]]) -> None:
    content = with_sheet(b"<c " * 340_000)
    assert len(content) < 8 * 1024
    assert refused(content)[0] == "not_a_workbook"
    # What a second is on this machine now is not for a test to say; what the reader may take is.
    assert (
        refused(content, Limits(processor_seconds=1, clock_seconds=30, memory=256 * MIB, result=MIB))[0]
        == "not_a_workbook"
    )
    assert [process.returncode is not None for process in processes] == [True, True]


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet>" + b"<c " * 300_000, b"<worksheet><c " + b'a="" ' * 300_000, b"<" * 900_000,
        b"<worksheet><c r=" + b"'" * 900_000, b"<worksheet>" + b"<!--" * 300_000, b"<worksheet" + b" " * 9_000_000,
        b"<worksheet>" + b"<![CDATA[" * 200_000, b"<worksheet>" + b"<b>" * 300_000, b"<worksheet>&" + b"a" * 900_000,
    ],
)  # fmt: skip
def test_what_never_ends_is_refused_within_a_second_of_the_processor(sheet: bytes) -> None:
    limits = Limits(processor_seconds=2, clock_seconds=60, memory=512 * MIB, result=MIB)
    assert refused(with_sheet(sheet), limits)[0] == "not_a_workbook"


@pytest.mark.slow(seconds=0.3)
def test_rows_are_the_same_as_those_read_here() -> None:
    at = datetime.fromisoformat("2026-01-02T03:04")
    cells: list[list[Any]] = [
        ["Prefix", "Preço", "From", "At"],
        ["5511", 0.04, date(2026, 1, 2), at],
        [1, True, "", "x"],
    ]
    for content in (workbook(cells), 'prefixo;preço\n5511;0,04\n\n"a\nb";1\n'.encode(), b"5511,0.04\r\n5521,0.05\r"):
        here = files.filled({name: list(rows) for name, rows in files.sheets_of(content)})
        assert read_sheets(content, FOR_A_PAGE) == here
    assert read_rows(workbook(cells), FOR_A_PAGE)[1] == ["5511", 0.04, date(2026, 1, 2), at]


def test_a_cell_with_an_hour_comes_as_text() -> None:
    assert read_rows(workbook([[time(10, 30)]]), FOR_A_PAGE) == [["10:30:00"]]


@pytest.mark.slow(seconds=0.3)
def test_an_error_comes_with_its_place() -> None:
    sheet = rows_of(1, b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><f>A1*2</f><v>2</v></c></row>')
    assert refused(with_sheet(sheet)) == ("formula", 2, "B")
    assert refused(b"prefix;price\n55\x0012;0,05\n") == ("encoding", 2, "")
    assert refused(b"5511;" + b"x" * 40_000 + b"\n") == ("long_cell", 1, "")


@pytest.mark.parametrize(
    "row",
    [
        b'<row><c r="B7"><f>1</f></c></row>', b'<x:row xmlns:x="u"><x:c r="B7"><x:f/></x:c></x:row>',
        b'<row r="7"><c/><c><f>1</f></c></row>', b'<row r="7"><c r="B7" ' + b"a" * 5000 + b'="1"><f>1</f></c></row>',
    ],
)  # fmt: skip
def test_a_formula_is_found_however_it_is_written(row: bytes) -> None:
    assert refused(with_sheet(rows_of(1, row))) == ("formula", 7, "B")


def test_a_formula_is_found_in_a_sheet_of_another_name() -> None:
    target = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="theme/theme1.xml"/>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{target}</Relationships>'.encode()
    sheet = rows_of(1, b'<row r="2"><c r="B2"><f>1</f></c></row>')
    content = with_sheet(
        rows_of(0, b""), others={"xl/_rels/workbook.xml.rels": relations, "xl/theme/theme1.xml": sheet}
    )
    assert refused(content) == ("formula", 2, "B")


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1"><c r="ZZZZZZZZZZZZ1"/></row>',
        b'<row r="9999999"><c/></row>',
        b'<row r="1048576"><c r="Z1048576"/></row>',
    ],
)
def test_cells_in_far_corners_are_refused(row: bytes) -> None:
    assert refused(with_sheet(rows_of(1, row)))[0] == "too_many_cells"


def test_a_row_of_a_csv_file_may_not_be_wider_than_a_sheet() -> None:
    assert refused(b"a" + b";a" * 300 + b"\n")[0] == "too_many_cells"


def test_a_workbook_of_another_kind_is_refused_though_the_library_reads_it() -> None:
    # Nothing of it would be checked: a formula gives a price that nobody saw.
    cell = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    table = f'<table:table table:name="Rates"><table:table-row>{cell}</table:table-row></table:table>'
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    assert CalamineWorkbook.from_filelike(BytesIO(kept.getvalue())).sheet_names == ["Rates"]
    assert refused(kept.getvalue())[0] == "not_a_workbook"


@pytest.mark.slow(seconds=1)
def test_what_takes_too_long_is_ended_by_the_kernel(processes: list[subprocess.Popen[bytes]]) -> None:
    heavy = with_sheet(rows_of(20_000, b"<row>" + b"<c/>" * 250 + b"</row>"))
    assert refused(heavy, replace(FOR_A_PAGE, processor_seconds=1))[0] == "too_heavy"
    assert processes[0].returncode is not None


@pytest.mark.slow(seconds=2)
def test_what_needs_too_much_memory_is_refused(processes: list[subprocess.Popen[bytes]]) -> None:
    # One text of 30,000 characters, said 700,000 times: 21 GB.
    strings = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>{"x" * 30_000}</t></si></sst>'.encode()
    cells = rows_of(7_000, b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>")
    content = with_sheet(cells, others={"xl/sharedStrings.xml": strings})
    assert refused(content, replace(FOR_A_PAGE, memory=400 * MIB))[0] == "too_heavy"
    assert processes[0].returncode is not None


def test_what_brings_too_much_back_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b"5511;0,04\n" * 1000, replace(FOR_A_PAGE, result=1000))[0] == "too_heavy"
    monkeypatch.setattr(apart, "LONGEST_LINE", 1000)
    reader_that(monkeypatch, f"{BEGIN} print([['x' * 1000000]]); {END}")
    assert refused(b"1;2\n")[0] == "too_heavy"


def test_a_reader_that_says_nothing_is_killed_at_its_deadline(
    monkeypatch: pytest.MonkeyPatch, processes: list[subprocess.Popen[bytes]]
) -> None:
    reader_that(monkeypatch, "import time; time.sleep(3600)")
    assert refused(b"1;2\n", replace(FOR_A_PAGE, clock_seconds=0.2))[0] == "too_heavy"
    assert processes[0].returncode == -9


def test_a_reader_that_dies_has_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reader_that(monkeypatch, f"""{BEGIN} print('[["a"]]')""")
    assert refused(b"1;2\n")[0] == "too_heavy"


def test_the_reader_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    told = "import json, os; print(json.dumps([[*os.environ.values()]]));"
    reader_that(monkeypatch, f"{BEGIN} {told} {END}")
    values = [cell for row in read_rows(b"1;2\n", FOR_A_PAGE) for cell in row]
    assert values
    assert not [value for value in values if "postgres" in str(value) or settings.SECRET_KEY in str(value)]


def lines(*texts: str) -> Iterator[bytes]:
    return iter([text.encode() for text in texts])


@pytest.mark.parametrize(
    "line",
    [
        '[["a", {"x": 1}]]', '[[["a"]]]', '["a"]', "[1]", '{"rows": []}', '{"sheet": 1}',
        '{"error": {"code": "other"}}',
        '{"error": {"code": "formula", "row": "1", "column": "", "value": ""}}', '{"error": "formula"}', "7", "null",
        '"end"', '{"end": false}', "[[1", "", "[" * 100_000,
        '[[{"day": "yesterday"}]]', '[[{"moment": 7}]]',
        "[[" + "9" * 10_000 + "]]",
    ],
)  # fmt: skip
def test_a_line_that_no_reader_writes_is_not_believed(line: str) -> None:
    with pytest.raises(UnreadableError):
        list(decoded(lines('{"sheet": "x"}', line, '{"end": true}')))


def test_rows_before_any_sheet_are_not_believed() -> None:
    with pytest.raises(UnreadableError):
        list(decoded(lines('[["a"]]', '{"end": true}')))


cells = st.one_of(
    st.text(max_size=20), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none(), st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
rows = st.lists(st.lists(cells, max_size=4), max_size=30)


@given(st.dictionaries(st.text(max_size=5), rows, max_size=3))
@pytest.mark.slow(seconds=0.3)
def test_rows_come_back_as_they_went(sheets: dict[str, Any]) -> None:
    back: dict[str, Any] = {}
    for name, part in decoded(line.encode() for line in encoded((name, iter(found)) for name, found in sheets.items())):
        back.setdefault(name, []).extend(part)
    assert back == sheets


def test_long_lists_come_in_lines_of_bounded_length() -> None:
    many: list[list[Any]] = [["5511", 0.04, "São Paulo"] for _row in range(1_000)]
    written = list(encoded([("x", iter(many))]))
    assert len(written) == 2 + 1_000 // lines_of_rows.ROWS_OF_A_LINE
    assert json.loads(written[1])[0] == many[0]


def test_nobody_reads_a_foreign_file_elsewhere() -> None:
    readers = {"voipadmin/core/sheets/apart.py", "voipadmin/core/sheets/files.py", "voipadmin/core/sheets/reader.py"}
    apps = ("voipadmin", "customers", "routing", "numbering", "billing", "asterisk_sync", "reports")
    sources = [path for app in apps for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for path in sources
        if any(name in path.read_text() for name in ("sheets_of(", "sheets_of_workbook(", "import calamine"))
    }
    assert len(sources) > 300
    assert found <= readers | {"voipadmin/core/sheets/workbook.py"}
