"""Files that would fill memory, run something or mean nothing are refused before they are read."""

import re
import zipfile
from io import BytesIO

import pytest

from tests.billing.decks.samples import SHEET, bomb, changed, read_rows, workbook
from voipadmin.core.sheets import files as sheets
from voipadmin.core.sheets import workbook as unpacking
from voipadmin.core.sheets.input_errors import FileError

GOOD = workbook([["Prefix", "Price"], ["5511", 0.04]])


def refused(content: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        read_rows(content)
    return caught.value


@pytest.mark.slow(seconds=0.3)
def test_a_bomb_is_refused_before_it_is_unpacked_to_the_end() -> None:
    content = bomb()
    assert len(content) < 200_000
    assert refused(content).error.code == "packed_too_tightly"


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 4 * 1024 * 1024)
    large = bytearray(changed(GOOD, SHEET, b"<worksheet>" + b" " * (8 * 1024 * 1024)))
    assert refused(bytes(large)).error.code == "unpacks_too_large"
    size = (8 * 1024 * 1024 + 11).to_bytes(4, "little")
    lying = bytes(large).replace(size, (1000).to_bytes(4, "little"))
    assert lying != bytes(large)
    assert refused(lying).error.code in {"unpacks_too_large", "not_a_workbook"}


def test_cells_in_far_corners_are_refused() -> None:
    with zipfile.ZipFile(BytesIO(GOOD)) as packed:
        text = packed.read(SHEET)
    assert refused(changed(GOOD, SHEET, text.replace(b'r="B2"', b'r="XFD1048576"'))).error.code == "too_many_cells"
    assert refused(changed(GOOD, SHEET, text.replace(b'r="B2"', b'r="B99999999"'))).error.code == "too_many_cells"


def test_an_entity_in_a_sheet_is_refused() -> None:
    hostile = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    assert refused(changed(GOOD, SHEET, hostile)).error.code == "not_a_workbook"


def test_a_formula_is_refused_with_its_place() -> None:
    error = refused(workbook([["Prefix", "Price"], ["5511", "=0.02*2"]])).error
    assert (error.code, error.row, error.column) == ("formula", 2, "B")


@pytest.mark.parametrize("content", [GOOD[: len(GOOD) // 2], b"PK\x03\x04" + b"\0" * 100, GOOD[:-30]])
def test_a_broken_workbook_is_refused(content: bytes) -> None:
    assert refused(content).error.code == "not_a_workbook"


def test_an_old_or_encrypted_workbook_is_refused() -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500).error.code == "old_workbook"


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LARGEST_FILE", 100)
    assert refused(b"5511;0,04\n" * 100).error.code == "too_large"


@pytest.mark.parametrize("content", [b"", b"\n\n;;\n", workbook([])])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert refused(content).error.code == "empty"


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"prefix;price\n5511;0,04\n55\x0012;0,05\n", 3),
        (b"prefix;price\nS\xe3o \x81;0,04\n", 2),
        (b"\xef\xbb\xbfprefix;price\n5511;\xff\xfe\n", 2),
    ],
)
def test_text_in_no_known_encoding_is_refused_with_its_row(content: bytes, row: int) -> None:
    error = refused(content).error
    assert (error.code, error.row) == ("encoding", row)


def test_text_that_was_encoded_twice_is_refused_with_its_row() -> None:
    twice = "prefix;name;price\n5511;São Paulo;0,04\n".encode().decode("cp1252").encode()
    error = refused(twice).error
    assert (error.code, error.row) == ("doubly_encoded", 2)
    assert re.search("Ã£", error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_names_are_the_same_in_every_known_encoding(encoding: str) -> None:
    rows = read_rows("prefixo;descrição;preço\n5511;São Paulo;0,04\n".encode(encoding))
    assert rows[1] == ["5511", "São Paulo", "0,04"]


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(sign: str) -> None:
    rows = read_rows(f'prefix{sign}name{sign}price\n5511{sign}"a{sign} b"{sign}0.04\n'.encode())
    assert rows[1] == ["5511", f"a{sign} b", "0.04"]


def test_decimal_commas_are_not_the_delimiter() -> None:
    assert read_rows(b"prefix;price\n5511;0,04\n5521;0,05\n")[1] == ["5511", "0,04"]
    assert read_rows(b"sep=;\nprefix;price\n5511;0,04\n")[2] == ["5511", "0,04"]
