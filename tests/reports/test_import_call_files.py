"""Whole files of call records, by the page and by the command: what they hold is said before anything is stored."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from billing.models import Cdr, CdrLayout, RejectedRecord
from tests.billing.decks.samples import workbook
from tests.billing.spool_lines import PlainLine, spool_line
from tests.billing.test_plain_layouts import FILES, FREEPBX, FREEPBX_ROW
from tests.factories import NodeFactory, UserFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job, JobStatus
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
EXPORT = (",".join(FREEPBX) + "\n" + FREEPBX_ROW + "\n").encode()
UNKNOWN = (
    "quando;quem;alvo;quanto\n01/02/2026 10:00:00;1001;5511987654321;60\n05/06/2026 10:00:00;1001;5511987654321;x\n"
)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    client.cookies["language"] = client.cookies["django_language"] = "en"
    return client


def look(client: Client, content: bytes | str, **chosen: str) -> Any:
    sent = SimpleUploadedFile("calls.csv", content.encode() if isinstance(content, str) else content)
    return client.post(
        reverse("reports:cdr_import"), {"file": sent, "node": "asterisk", "zone": "America/Sao_Paulo", **chosen}
    )


def follow(client: Client, page: Any, **said: str) -> Any:
    answer = client.post(reverse("reports:cdr_import"), {"key": page.context["key"], **said})
    for job in Job.objects.filter(status=JobStatus.WAITING):
        run_job(job)
    return answer


def counts(page: Any) -> tuple[int, int, int, int]:
    found = page.context["preview"]
    return found.lines, found.new, found.known, found.rejected_count


def test_a_person_looks_at_a_file_and_imports_it(operator: Client) -> None:
    assert operator.get(reverse("reports:cdr_import")).status_code == 200
    content = (FILES / "sample_layout_clid_first.csv").read_bytes() + b"hello\n"
    page = look(operator, content)
    assert counts(page) == (3, 2, 0, 1)
    assert not Cdr.objects.exists()
    assert not RejectedRecord.objects.exists()
    assert follow(operator, page, apply="1").status_code == 302
    assert (Cdr.objects.count(), RejectedRecord.objects.count()) == (2, 1)
    assert counts(look(operator, content)) == (3, 0, 2, 1)


def test_lines_of_several_layouts_stand_in_one_file(operator: Client) -> None:
    own, plain = spool_line(), bytes(PlainLine(["1795437885.1", ""]))
    sample = (FILES / "sample_layout_clid_first.csv").read_bytes()
    page = look(operator, b"\xef\xbb\xbf" + own + plain + sample + own)
    assert counts(page) == (5, 4, 1, 0)


def test_the_zone_that_is_chosen_is_the_files_clock(operator: Client) -> None:
    page = look(operator, (FILES / "hour_that_comes_twice.csv").read_bytes(), zone="America/New_York")
    follow(operator, page, apply="1")
    assert str(Cdr.objects.get().answered_at) == "2026-11-01 05:59:45+00:00"


@pytest.mark.parametrize(
    "content",
    [b"hello\n", b"a,b,c\n1,2,3\n", b'"1","2"\n' * 40, "preço;prefixo\n1;2\n".encode("cp1252"), b"\x00\x01", b"", b"\n",
     "Número;Custo mensal\n+55 11 4000-9901;5,00\n".encode()],
)  # fmt: skip
def test_n74_a_file_that_holds_no_call_records_is_refused_as_a_whole(
    content: bytes, operator: Client, tmp_path: Path
) -> None:
    page = look(operator, content)
    assert page.status_code == 200
    assert b'name="apply"' not in page.content
    file = tmp_path / "calls.csv"
    file.write_bytes(content)
    if content.strip():
        with pytest.raises(CommandError):
            call_command("import_cdr", file, stdout=StringIO())
    else:
        # A node that has had no call yet has an empty file.
        call_command("import_cdr", file, stdout=StringIO())
    assert not Cdr.objects.exists()
    assert not RejectedRecord.objects.exists()


@pytest.mark.parametrize("content", [EXPORT, EXPORT.decode().replace(",", ";").encode("utf-16")])
def test_an_export_of_freepbx_is_imported_by_page_and_command(content: bytes, operator: Client, tmp_path: Path) -> None:
    page = look(operator, content)
    assert counts(page) == (1, 1, 0, 0)
    follow(operator, page, apply="1")
    assert Cdr.objects.get().billable_seconds == 60
    file, said = tmp_path / "export.csv", StringIO()
    file.write_bytes(content)
    call_command("import_cdr", file, stdout=said)
    assert "1 lines, 0 imported, 1 there already, 0 rejected" in said.getvalue()


def test_a_workbook_is_read_as_a_table(operator: Client) -> None:
    rows = [
        ["Data", "Origem", "Destino", "Duração", "Tempo falado"],
        ["26/11/2026 10:00:00", "1001", "551140001000", 75, 60],
    ]
    assert counts(look(operator, workbook(rows))) == (1, 1, 0, 0)


def test_columns_that_nobody_knows_are_asked_about_and_remembered(operator: Client, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(UNKNOWN)
    with pytest.raises(CommandError, match="start, dst, billsec"):
        call_command("import_cdr", file)
    page = look(operator, UNKNOWN)
    assert "Which column is which?" in page.content.decode()
    page = follow(operator, page, columns="1", start="0", src="1", dst="2", billsec="3")
    assert "day/month or month/day" in page.content.decode()
    page = follow(operator, page, columns="1", start="0", src="1", dst="2", billsec="3", date_order="dmy")
    assert counts(page) == (2, 1, 0, 1)
    follow(operator, page, apply="1")
    assert Cdr.objects.get().started_at.isoformat() == "2026-02-01T13:00:00+00:00"
    assert CdrLayout.objects.get().columns == {"start": 0, "src": 1, "dst": 2, "billsec": 3}
    said = StringIO()
    file.write_text(UNKNOWN.replace("01/02", "03/04"))
    with pytest.raises(SystemExit):
        call_command("import_cdr", file, stdout=said)
    assert "2 lines, 1 imported" in said.getvalue()


def test_the_command_says_what_a_file_holds_and_stores_nothing(tmp_path: Path) -> None:
    file, said = tmp_path / "Master.csv", StringIO()
    file.write_bytes(bytes(PlainLine(["1795437885.1", ""])) + b"hello\n")
    call_command("import_cdr", file, preview=True, stdout=said)
    assert "2 lines, 1 new, 0 there already, 1 no records" in said.getvalue()
    assert not Cdr.objects.exists()


def test_who_may_not_write_may_not_import(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.VIEWER))
    assert client.get(reverse("reports:cdr_import")).status_code == 403
    assert b"calls/import" not in client.get(reverse("billing:cdr_list")).content


def test_whose_calls_they_are_is_one_of_the_nodes(operator: Client) -> None:
    NodeFactory.create(name="sp1")
    assert look(operator, EXPORT).context["form"].errors.keys() == {"node"}
    follow(operator, look(operator, EXPORT, node="sp1"), apply="1")
    assert Cdr.objects.get().node_name == "sp1"


def test_a_file_is_imported_once_even_from_two_pages(operator: Client) -> None:
    first, second = look(operator, EXPORT), look(operator, EXPORT)
    follow(operator, first, apply="1")
    assert follow(operator, second, apply="1").status_code == 302
    assert follow(operator, second, apply="1").status_code == 200
    assert Cdr.objects.count() == 1
