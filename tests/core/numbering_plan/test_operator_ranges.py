"""The administration's files say whose a number is."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from voipadmin.core.models import OperatorRange
from voipadmin.core.numbering_plan.queries import current_plan, operator_of
from voipadmin.core.numbering_plan.services import OperatorFileRefused, import_operator_ranges
from voipadmin.core.numbers.reading import read_number

FIXED = """#Prestadora;CNPJ;UF;CN;Prefixo;Faixa Inicial;Faixa Final;CNL;Localidade;Área Local;Sigla;Código;Status
OPERADORA UM S.A.;11.111.111/0001-11;SP;11;4000;0000;4999;11000;SÃO PAULO;SÃO PAULO;SPO;0101;1
OPERADORA DOIS LTDA;22.222.222/0001-22;SP;11;4000;5000;9999;11000;SÃO PAULO;SÃO PAULO;SPO;0102;1
OPERADORA DOIS LTDA;22.222.222/0001-22;CE;85;3400;0000;9999;85000;FORTALEZA;FORTALEZA;FLA;0102;1
"""
MOBILE = """#Prestadora;CNPJ;CN;Prefixo;Faixa Inicial;Faixa Final;Status
OPERADORA MÓVEL;33.333.333/0001-33;11;98765;0000;9999;1
"""
TOLL_FREE = """#Prestadora;CNPJ;Código Não Geográfico;Status
OPERADORA UM S.A.;11.111.111/0001-11;8001234567;1
OPERADORA DOIS LTDA;22.222.222/0001-22;0300 123 4567;1
"""
WRONG = """OPERADORA;1;SP;11;4001
OPERADORA;1;SP;XX;4001;0000;9999;1;A;A;A;1;1
OPERADORA;1;SP;11;4001;9999;0000;1;A;A;A;1;1
;1;SP;11;4001;0000;9999;1;A;A;A;1;1
"""

pytestmark = pytest.mark.django_db


def latin(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("latin-1")


def zipped(*texts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, text in enumerate(texts):
            archive.writestr(f"file{index}.csv", latin(text))
    return packed.getvalue()


def told(dialled: str) -> tuple[str, str]:
    found = operator_of(read_number(dialled, current_plan(), home_area="11"))
    return (found.operator, found.place) if found else ("", "")


def test_operator_and_city_of_a_number_are_those_of_its_range() -> None:
    done = [import_operator_ranges(content=content) for content in (zipped(FIXED), latin(MOBILE), zipped(TOLL_FREE))]
    assert [(one.kind, one.taken, one.left) for one in done] == [
        ("fixed", 3, 0), ("mobile", 1, 0), ("non_geographic", 2, 0)
    ]  # fmt: skip
    assert told("1140004999") == ("OPERADORA UM S.A.", "SÃO PAULO · SP")
    assert told("1140005000") == ("OPERADORA DOIS LTDA", "SÃO PAULO · SP")
    assert told("34001234") == ("", "")
    assert told("8534001234") == ("OPERADORA DOIS LTDA", "FORTALEZA · CE")
    assert told("87650000") == ("OPERADORA MÓVEL", "")
    assert told("08001234567") == ("OPERADORA UM S.A.", "")
    assert told("03001234567") == ("OPERADORA DOIS LTDA", "")
    for other in ("190", "9090987654321", "00351212345678", "garbage"):
        assert told(other) == ("", "")


def test_a_file_replaces_the_ranges_of_its_kind_and_no_others() -> None:
    import_operator_ranges(content=latin(FIXED))
    import_operator_ranges(content=latin(MOBILE))
    import_operator_ranges(content=latin(FIXED.replace("OPERADORA UM", "OUTRA")))
    assert OperatorRange.objects.filter(kind="fixed").count() == 3
    assert told("1140004999")[0] == "OUTRA S.A."
    assert told("11987650000")[0] == "OPERADORA MÓVEL"


def test_lines_that_are_no_ranges_are_left_and_told_with_their_reason() -> None:
    done = import_operator_ranges(content=latin(FIXED + WRONG))
    assert (done.taken, done.left) == (3, 4)
    assert [tuple(line) for line in done.shown] == [(5, "columns"), (6, "digits"), (7, "order"), (8, "operator")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"PK\x03\x04 no archive",
        latin(FIXED[1:]),
        latin("#Prestadora;CNPJ;Status\nA;1;1\n"),
        latin(FIXED.splitlines()[0] + "\nOPERADORA;1;SP;XX;4001;0000;9999;1;A;A;A;1;1\n"),
        zipped(FIXED, MOBILE),
        zipped(),
        zipped(FIXED)[:-200],
        zipped(FIXED).replace(zipped(FIXED)[60:80], b"\x00" * 20),
        b"#" + b"x" * 1_000_000,
    ],
)
def test_what_is_no_such_file_is_refused_and_nothing_is_lost(content: bytes) -> None:
    import_operator_ranges(content=latin(FIXED))
    with pytest.raises(OperatorFileRefused, match="Nothing was imported"):
        import_operator_ranges(content=content)
    assert OperatorRange.objects.count() == 3


def test_an_archive_that_says_it_is_huge_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voipadmin.core.numbering_plan.operator_files.LARGEST_CSV", 100)
    with pytest.raises(OperatorFileRefused, match="too large"):
        import_operator_ranges(content=zipped(FIXED))


def test_the_command_says_what_it_took_and_what_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stfc.zip"
    file.write_bytes(zipped(FIXED + "OPERADORA;1;SP;XX;4001;0000;9999;1;A;A;A;1;1\n"))
    call_command("import_operator_ranges", str(file))
    assert capsys.readouterr().out == (
        f"{file}: fixed, 3 taken, 1 left\n  line 5: area, prefix or number are no digits of a usual length\n"
    )
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_operator_ranges", str(tmp_path / "none"))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(CommandError, match="no header"):
        call_command("import_operator_ranges", str(tmp_path / "text"))
