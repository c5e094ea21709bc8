import os
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.files.spool_import import ImportSummary, SpoolImporter
from billing.models import Cdr, RejectedRecord, RejectReason, SpoolPosition
from tests.billing import importing
from tests.billing.importing import import_all
from tests.billing.spool_lines import failed, spool_line

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    path = tmp_path / "voipadmin.csv"
    path.write_bytes(b"".join(spool_line() for _ in range(5)))
    return path


import_file = partial(importing.import_file, batch_lines=2)


def append(path: Path, *lines: bytes) -> None:
    with path.open("ab") as file:
        file.writelines(lines)


def keys() -> set[tuple[str, int]]:
    return set(Cdr.objects.values_list("uniqueid", "sequence"))


# --- nothing lost, nothing twice


def test_each_line_becomes_one_record(spool: Path) -> None:
    assert import_file(spool) == ImportSummary(5, 5, 0, 0, spool.stat().st_size)
    assert Cdr.objects.count() == 5


def test_a_file_that_was_read_is_not_read_again(spool: Path) -> None:
    import_file(spool)
    assert import_file(spool) == ImportSummary()
    append(spool, spool_line())
    assert import_file(spool).lines == 1


def test_a_replayed_file_changes_nothing(spool: Path) -> None:
    import_file(spool)
    before = list(Cdr.objects.order_by("pk").values())
    SpoolPosition.objects.all().delete()
    assert import_file(spool).duplicates == 5
    assert list(Cdr.objects.order_by("pk").values()) == before


def test_a_copied_file_and_one_with_every_line_twice_change_nothing(spool: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.csv"
    twice.write_bytes(spool.read_bytes() * 2)
    assert import_file(twice, batch_lines=7) == ImportSummary(10, 5, 5, 0, twice.stat().st_size)
    assert import_file(spool).duplicates == 5
    assert Cdr.objects.count() == 5


@pytest.mark.slow(seconds=0.3)
def test_new_lines_do_not_read_what_a_month_without_statistics_holds(spool: Path) -> None:
    spool.write_bytes(b"".join(spool_line() for _ in range(2_000)))
    import_file(spool, batch_lines=2_000)
    before = records_read()
    append(spool, *(spool_line() for _ in range(20)))
    assert import_file(spool, batch_lines=20).imported == 20
    assert records_read() - before < 200


def records_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname LIKE 'billing_cdr%'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.slow(seconds=0.3)
def test_a_renamed_file_goes_on_where_it_was(spool: Path) -> None:
    import_file(spool)
    append(spool, spool_line())
    rotated = spool.rename(spool.with_suffix(".csv.1"))
    spool.write_bytes(spool_line() + spool_line())
    assert import_file(rotated).lines == 1
    assert import_file(spool).lines == 2
    assert Cdr.objects.count() == 8


def test_a_truncated_file_is_read_from_its_beginning(spool: Path) -> None:
    import_file(spool)
    os.truncate(spool, 0)
    assert import_file(spool) == ImportSummary()
    append(spool, spool_line())
    assert import_file(spool).imported == 1


@pytest.mark.slow(seconds=0.3)
def test_a_file_that_was_emptied_and_grew_past_the_old_end_is_read_from_its_beginning(spool: Path) -> None:
    import_file(spool)
    inode = spool.stat().st_ino
    with spool.open("r+b") as file:
        file.truncate(0)
        file.writelines(spool_line() for _ in range(9))
    assert spool.stat().st_ino == inode
    assert import_file(spool).imported == 9
    assert Cdr.objects.count() == 14


@pytest.mark.parametrize("new_lines", [1, 9])
def test_a_file_that_was_cut_back_and_grew_again_is_read_from_its_beginning(spool: Path, new_lines: int) -> None:
    import_file(spool)
    os.truncate(spool, len(spool.read_bytes().splitlines(keepends=True)[0]))
    append(spool, *(spool_line() for _ in range(new_lines)))
    assert import_file(spool).imported == new_lines
    assert Cdr.objects.count() == 5 + new_lines


@pytest.mark.parametrize("cut", [1, 30, 200, -2])
def test_half_a_last_line_waits_for_its_other_half(spool: Path, cut: int) -> None:
    line = spool_line()
    append(spool, line[:cut])
    assert import_file(spool).imported == 5
    assert RejectedRecord.objects.count() == 0
    append(spool, line[cut:])
    assert import_file(spool).imported == 1


def test_half_of_the_only_line_waits_too(tmp_path: Path) -> None:
    path, line = tmp_path / "new.csv", spool_line()
    path.write_bytes(line[:40])
    assert import_file(path) == ImportSummary()
    append(path, line[40:])
    assert import_file(path).imported == 1
    assert import_file(path) == ImportSummary()


def test_a_failure_in_the_middle_leaves_whole_batches_and_their_position(spool: Path) -> None:
    advance = SpoolImporter._advance
    batches = []

    def second_batch_fails(*arguments: Any) -> None:
        batches.append(arguments)
        if len(batches) == 2:
            raise RuntimeError("power cut")
        advance(*arguments)

    with patch.object(SpoolImporter, "_advance", second_batch_fails), pytest.raises(RuntimeError):
        import_file(spool)
    assert Cdr.objects.count() == 2
    assert import_file(spool).lines == 3
    assert Cdr.objects.count() == 5


def test_the_same_file_of_another_node_is_other_calls(spool: Path) -> None:
    import_file(spool)
    assert import_file(spool, node="pbx2").imported == 5


def test_windows_line_ends_and_empty_lines_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "edited.csv"
    path.write_bytes(b"\n" + spool_line().rstrip() + b"\r\n\n")
    assert import_file(path) == ImportSummary(1, 1, 0, 0, path.stat().st_size)


# --- what is no record


def test_malformed_lines_are_kept_aside_and_the_import_goes_on(spool: Path) -> None:
    append(spool, b"hello\n", spool_line(duration="-1"), spool_line(clid="\xe9").replace(b"\xc3", b""), spool_line())
    summary = import_file(spool)
    assert (summary.imported, summary.rejected) == (6, 3)
    reasons = set(RejectedRecord.objects.values_list("reason", flat=True))
    assert reasons == {RejectReason.COLUMNS, RejectReason.DURATION, RejectReason.CHARSET}
    kept = RejectedRecord.objects.get(reason=RejectReason.COLUMNS)
    assert (bytes(kept.line), kept.path) == (b"hello", str(spool))
    assert spool.read_bytes()[kept.offset :].startswith(b"hello\n")


def test_a_line_longer_than_asterisk_writes_is_rejected_without_being_read_whole(spool: Path) -> None:
    append(spool, b'"' + b"x" * 1_000_000 + b'"\n', spool_line())
    assert import_file(spool).imported == 6
    rejected = RejectedRecord.objects.get()
    assert rejected.reason == RejectReason.TOO_LONG
    assert len(bytes(rejected.line)) < 9_000


def test_the_same_key_with_other_content_is_rejected_and_the_first_stays(spool: Path) -> None:
    import_file(spool)
    first = Cdr.objects.order_by("sequence").first()
    assert first is not None
    append(spool, spool_line(uniqueid=first.uniqueid, sequence=first.sequence, dst="551134001000"))
    append(spool, spool_line(uniqueid="1.1", sequence=1), spool_line(uniqueid="1.1", sequence=1, dst="551134001000"))
    assert (import_file(spool, batch_lines=100).rejected) == 2
    assert set(RejectedRecord.objects.values_list("reason", flat=True)) == {RejectReason.CONFLICT}
    assert Cdr.objects.get(pk=first.pk).dst == first.dst


def test_a_rejected_line_is_kept_once_however_often_it_is_read(spool: Path) -> None:
    append(spool, b"hello\n", b"hello\n")
    import_file(spool)
    SpoolPosition.objects.all().delete()
    import_file(spool)
    assert RejectedRecord.objects.count() == 1


def test_the_rest_of_a_file_that_nobody_writes_is_a_record_or_kept_aside(tmp_path: Path) -> None:
    for number, (rest, imported) in enumerate([(spool_line().rstrip(), 1), (spool_line()[:100], 0)]):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(spool_line() + rest)
        with SpoolFile(path) as file:
            importer = SpoolImporter("pbx1")
            import_all(importer, file)
            assert importer.finish(file).imported == imported
            assert importer.finish(file) == ImportSummary()
    assert RejectedRecord.objects.get().reason == RejectReason.UNFINISHED


# --- several attempts of one call


def call_of_three(uniqueid: str = "1795437885.1") -> list[bytes]:
    """Two gateways fail, the third answers; each result is on the line after its own."""
    result = {"va_dialstatus": "CONGESTION", "va_cause": 34, "va_sipcode": 503, "va_pdd": 90}
    answer = {"va_dialstatus": "ANSWER", "va_cause": 16, "va_sipcode": 200, "va_pdd": 900}
    return [
        failed(uniqueid=uniqueid, sequence=0, va_attempt=1),
        failed(uniqueid=uniqueid, sequence=2, va_attempt=2, **result),
        spool_line(uniqueid=uniqueid, sequence=4, va_attempt=3, **answer),
    ]


@pytest.mark.parametrize("batch_lines", [1, 2, 3])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_call_has_one_final_record_whatever_the_order(
    tmp_path: Path, batch_lines: int, order: tuple[int, ...]
) -> None:
    lines = call_of_three()
    path = tmp_path / "spool.csv"
    path.write_bytes(b"".join(lines[index] for index in order))
    import_file(path, batch_lines=batch_lines)
    speaker = Cdr.objects.calls().get()
    assert (speaker.sequence, speaker.cause, speaker.post_dial_delay_ms) == (4, 16, 900)
    first = Cdr.objects.get(sequence=0)
    assert (first.dial_status, first.cause, first.sip_code, first.post_dial_delay_ms) == ("CONGESTION", 34, 503, 90)
    assert list(Cdr.objects.order_by("sequence").values_list("attempt", flat=True)) == [1, 2, 3]


def test_only_one_importer_writes_a_nodes_records_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 0
    SpoolImporter("pbx1").replay([spool_line().rstrip()], "test")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 1
    assert keys()
