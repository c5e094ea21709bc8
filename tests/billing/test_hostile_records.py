"""Records whose callers put line breaks, quotes and commas into names and numbers: one each, and none is forged."""

from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.files.spool_file import SpoolFile, SpoolLine
from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.lines.spool_format import SpoolRecord, parse_line
from billing.models import Cdr, RejectedRecord
from tests.billing.spool_lines import START, failed, spool_line

TIMES = ",".join(f"{START + second}.0" for second in (0, 1, 601))
FORGED = f"2,pbx1-9.9,pbx1-9.9,0,1,551,,,,,,{TIMES},601,600,ANSWERED,,BETA,"
MASTER = "BETA,1,551140001000,,,,,,,2026-11-23 10:00:00,2026-11-23 10:00:00,2026-11-23 10:10:00,600,600,ANSWERED,3"
HOSTILE = [
    "x\n1", "x\r\n1", "\n", "\n\n\n", '\n"2","pbx1', '"\n"', "\n,\n",
    f"\n{FORGED}\n", f'\n{FORGED},""', f"\n{MASTER}\n",
]  # fmt: skip
ODD = st.text(st.sampled_from('\n\r",2x;ABC'), max_size=25)


def read(path: Path) -> list[SpoolRecord]:
    with SpoolFile(path) as spool:
        return [parse_line(line.content, plain_zone=UTC) for line, _after in spool.lines(0)]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_call_is_one_record_whatever_its_caller_calls_itself(tmp_path: Path, value: str) -> None:
    path = tmp_path / "spool.csv"
    # Asterisk keeps 79 bytes of each.
    texts = {"src": value[:79], "dst": f"5511{value}"[:79], "clid": f'"{value}" <{value}>'[:79]}
    path.write_bytes(spool_line() + failed(**texts) + spool_line())
    records = read(path)
    assert [record.account_code for record in records] == ["", "", ""]
    assert [record.disposition for record in records] == ["ANSWERED", "CONGESTION", "ANSWERED"]
    assert "\n" not in records[1].src + records[1].dst + records[1].caller_id


@given(values=st.tuples(ODD, ODD, ODD), count=st.integers(1, 4))
@pytest.mark.slow(seconds=0.3)
def test_any_text_of_line_breaks_quotes_and_commas_makes_as_many_records_as_calls(
    tmp_path_factory: pytest.TempPathFactory, values: tuple[str, str, str], count: int
) -> None:
    # A bare carriage return is a control character, by which a line is kept aside.
    src, dst, clid = (value.replace("\r", "") for value in values)
    path = tmp_path_factory.mktemp("spool") / "spool.csv"
    path.write_bytes(failed(src=src, dst=dst, clid=clid) * count)
    records = read(path)
    assert len(records) == count
    assert {(record.src, record.dst) for record in records} == {
        (src.replace("\n", "\ufffd"), dst.replace("\n", "\ufffd"))
    }


def test_half_a_record_takes_no_whole_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "spool.csv"
    whole = spool_line()
    half = next(whole[:place] for place in range(60, 120) if whole[:place].count(b'"') % 2) + b"\n"
    path.write_bytes(half + whole + whole)
    with SpoolFile(path) as spool:
        lines = [line for line, _after in spool.lines(0)]
    assert lines == [
        SpoolLine(0, half[:-1]),
        SpoolLine(len(half), whole[:-1]),
        SpoolLine(len(half) + len(whole), whole[:-1]),
    ]


def test_a_record_of_several_lines_that_is_not_written_to_its_end_waits(tmp_path: Path) -> None:
    path, line = tmp_path / "spool.csv", failed(src="x\ny\nz")
    ends = [place for place in range(1, len(line)) if line[place - 1 : place] == b"\n"]
    assert len(ends) == 2
    for end in (*ends, ends[1] + 5, len(line) - 1):
        path.write_bytes(line[:end])
        assert read(path) == []
    path.write_bytes(line)
    assert [record.src for record in read(path)] == ["x\ufffdy\ufffdz"]


@pytest.mark.django_db
def test_it_is_imported_once_and_what_follows_as_well(tmp_path: Path) -> None:
    path = tmp_path / "spool.csv"
    hostile = failed(src="\nBETA,1,551140001000,,\n")
    path.write_bytes(hostile + spool_line())
    for _time in range(2):
        with SpoolFile(path) as spool:
            list(SpoolImporter("pbx1").batches(spool))
    assert (Cdr.objects.count(), RejectedRecord.objects.count()) == (2, 0)
    path.write_bytes(path.read_bytes() + hostile[:-10])
    with SpoolFile(path) as spool:
        list(SpoolImporter("pbx1").batches(spool))
        SpoolImporter("pbx1").finish(spool)
    assert (Cdr.objects.count(), RejectedRecord.objects.count()) == (2, 1)
    assert RejectedRecord.objects.get().line == hostile[:-10]
