"""`manage.py import_cdr` as operators and services run it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import Cdr, RejectedRecord, SpoolPosition
from tests.billing.spool_lines import spool_line
from tests.factories import NodeFactory

pytestmark = pytest.mark.slow(seconds=1)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    path = tmp_path / "voipadmin.csv"
    path.write_bytes(b"".join(spool_line() for _ in range(3)))
    return path


def exit_code(*arguments: Any, **options: Any) -> Any:
    try:
        call_command("import_cdr", *arguments, **options)
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.mark.django_db
def test_it_says_what_became_of_the_lines(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(spool) == 0
    assert "3 lines, 3 imported, 0 there already, 0 rejected" in capsys.readouterr().out
    SpoolPosition.objects.all().delete()
    exit_code(spool, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["lines"], told["imported"], told["duplicates"], told["node"]) == (3, 0, 3, "asterisk")


@pytest.mark.django_db
def test_lines_that_were_kept_aside_make_it_exit_with_3(spool: Path) -> None:
    with spool.open("ab") as file:
        file.write(b"hello\n")
    assert exit_code(spool) == 3
    assert Cdr.objects.count() == 3
    assert exit_code(spool) == 0


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv: No such file"):
        call_command("import_cdr", tmp_path / "missing.csv")


@pytest.mark.django_db
def test_the_file_of_a_node_is_that_nodes(spool: Path) -> None:
    NodeFactory.create(name="sp1", cdr_path=str(spool))
    NodeFactory.create(name="sp2")
    exit_code(spool)
    assert set(Cdr.objects.values_list("node_name", flat=True)) == {"sp1"}


@pytest.mark.django_db
def test_whose_a_file_is_must_be_said_where_there_are_several_nodes(spool: Path) -> None:
    NodeFactory.create_batch(2)
    with pytest.raises(CommandError, match="several nodes"):
        call_command("import_cdr", spool)
    with pytest.raises(CommandError, match="no node of this name"):
        call_command("import_cdr", spool, node="nobody")
    NodeFactory.create(name="sp3")
    assert exit_code(spool, node="sp3") == 0


@pytest.mark.django_db
def test_without_a_file_it_reads_every_enabled_nodes_own(spool: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(spool_line())
    NodeFactory.create(name="sp1", cdr_path=str(spool))
    NodeFactory.create(name="sp2", cdr_path=str(other), enabled=False)
    NodeFactory.create(name="sp3", cdr_path=str(tmp_path / "no-call-yet.csv"))
    exit_code()
    assert set(Cdr.objects.values_list("node_name", flat=True)) == {"sp1"}


@pytest.mark.django_db
def test_a_time_zone_that_does_not_exist_is_refused(spool: Path) -> None:
    with pytest.raises(CommandError, match="no time zone"):
        call_command("import_cdr", spool, csv_time_zone="Mars/Olympus")


# --- as a process of its own


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the command on the test database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_cdr", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def more_than(count: int) -> Callable[[], bool]:
    return lambda: Cdr.objects.count() > count


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_import_killed_in_the_middle_and_started_again_has_each_call_once(tmp_path: Path) -> None:
    path = tmp_path / "voipadmin.csv"
    path.write_bytes(b"".join(spool_line() for _ in range(40_000)))
    killed_at = []
    for _kill in range(3):
        before = Cdr.objects.count()
        importer = start(str(path))
        wait_until(more_than(before))
        importer.kill()
        importer.communicate()
        killed_at.append(Cdr.objects.count())
    last = start(str(path))
    told, _errors = last.communicate(timeout=120)
    assert last.returncode == 0, told
    assert killed_at[0] < 40_000, "it was over before it was killed"
    assert Cdr.objects.count() == 40_000
    assert Cdr.objects.values("uniqueid", "sequence").distinct().count() == 40_000
    assert RejectedRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_as_a_service_it_follows_every_node_and_ends_on_sigterm(spool: Path) -> None:
    NodeFactory.create(name="sp1", cdr_path=str(spool))
    service = start("--follow", "--json", "--interval", "0.05")
    try:
        wait_until(lambda: Cdr.objects.count() == 3)
        with spool.open("ab") as file:
            file.write(spool_line())
        wait_until(lambda: Cdr.objects.count() == 4)
        service.send_signal(signal.SIGTERM)
        told, _errors = service.communicate(timeout=30)
    finally:
        service.kill()
    assert service.returncode == 0
    batches = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [batch["imported"] for batch in batches] == [3, 1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_importers_of_one_file_make_each_record_once(tmp_path: Path) -> None:
    path = tmp_path / "voipadmin.csv"
    path.write_bytes(b"".join(spool_line() for _ in range(12_000)))
    importers = [start(str(path), "--json") for _ in range(2)]
    told = [json.loads(importer.communicate(timeout=120)[0].splitlines()[-1]) for importer in importers]
    assert sum(result["imported"] for result in told) == Cdr.objects.count() == 12_000
    assert sum(result["lines"] for result in told) == 12_000
