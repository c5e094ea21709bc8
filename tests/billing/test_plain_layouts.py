"""Records of other layouts than our own, and of the night in which an hour comes twice (docs/field.md): pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.lines.local_times import LocalTimes, local_time, moments_of
from billing.cdrs.lines.plain_format import HeadedLayout
from billing.cdrs.lines.record_values import Malformed
from billing.cdrs.lines.spool_format import SpoolRecord, parse_line
from billing.cdrs.lines.table_headings import columns_of, date_order_of, heading_row, missing_roles
from billing.cdrs.lines.written_values import clock_seconds, disposition_of, order_of, written_time
from tests.billing.spool_lines import PlainLine

FILES = Path(__file__).parent / "call_files"
NEW_YORK, SAO_PAULO = ZoneInfo("America/New_York"), ZoneInfo("America/Sao_Paulo")
FREEPBX = [
    "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration", "billsec",
    "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "did", "recordingfile", "cnum", "cnam",
    "outbound_cnum", "outbound_cnam", "dst_cnam", "linkedid", "peeraccount", "sequence",
]  # fmt: skip
FREEPBX_ROW = (
    '2026-11-26 10:00:00,"""A"" <1001>",1001,5511987654321,from-internal,PJSIP/1001-1,PJSIP/GW-2,Dial,x,'
    "75,60,ANSWERED,3,ACME,1795000000.5,,,,1001,A,,,,1795000000.4,,7"
)


def lines_of(name: str) -> list[bytes]:
    return (FILES / name).read_bytes().splitlines()


def read(line: bytes | str, zone: ZoneInfo = SAO_PAULO, layout: HeadedLayout | None = None) -> SpoolRecord:
    return parse_line(line.encode() if isinstance(line, str) else line, plain_zone=zone, layout=layout)


def test_n72_the_sample_layout_with_the_caller_id_first_is_read() -> None:
    first, second = map(read, lines_of("sample_layout_clid_first.csv"))
    assert (first.caller_id, first.src, first.dst, first.channel) == ('"A" <1001>', "1001", "6789", "PJSIP/a-00000002")
    assert (first.account_code, first.uniqueid, first.sequence) == ("", "1690325492.2", 2)
    assert (first.duration_seconds, first.billable_seconds) == (Decimal(31), Decimal(13))
    assert first.disposition == "ANSWERED"
    assert (second.answered_at, second.disposition, second.sequence) == (None, "NO ANSWER", 4)


def test_a_master_csv_is_still_told_from_the_sample_by_where_the_call_ended() -> None:
    record = read(bytes(PlainLine(["1795437885.1", ""])).rstrip())
    assert (record.account_code, record.src, record.caller_id) == ("ACME", "1001", '"Desk" <1001>')


def test_every_line_without_a_sequence_gets_one() -> None:
    """Each of many: of some the hash has one digit more than a sequence may have."""
    records = [read(bytes(PlainLine(start=f"2026-11-23 09:44:{second:02d}")).rstrip()) for second in range(46)]
    assert len({record.sequence for record in records}) == len(records)


def test_n73_the_duration_tells_which_hour_is_meant() -> None:
    (line,) = lines_of("hour_that_comes_twice.csv")
    record = read(line, NEW_YORK)
    assert record.answered_at == datetime(2026, 11, 1, 5, 59, 45, tzinfo=UTC)
    assert record.ended_at == datetime(2026, 11, 1, 6, 0, 30, tzinfo=UTC)
    assert record.billable_seconds == 45


def test_n73_the_night_of_sao_paulo_in_2018_is_read_alike() -> None:
    """At midnight of 2018-02-18 the clock went back to 23:00 of the 17th."""
    local = LocalTimes(*(local_time(f"2018-02-17 23:{at}", "x") for at in ("59:40", "59:45", "00:30")))
    moments = moments_of(local, Decimal(50), Decimal(45), SAO_PAULO)
    assert [moment.isoformat() for moment in moments if moment] == [
        "2018-02-18T01:59:40+00:00", "2018-02-18T01:59:45+00:00", "2018-02-18T02:00:30+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("hour", [0, 1])
def test_a_call_within_the_hour_is_where_its_unique_id_says(hour: int) -> None:
    start = datetime(2026, 11, 1, 5 + hour, 10, tzinfo=UTC)
    local = start.astimezone(NEW_YORK).replace(tzinfo=None, fold=0)
    times = LocalTimes(local, local, local + timedelta(seconds=30))
    moments = moments_of(times, Decimal(30), Decimal(30), NEW_YORK, f"pbx-1.a-{int(start.timestamp())}.7")
    assert (moments.start, moments.end) == (start, start + timedelta(seconds=30))


@given(
    st.datetimes(local_time("2026-10-31 12:00:00", "x"), local_time("2026-11-02 00:00:00", "x")),
    st.integers(0, 7200), st.integers(0, 7200),
    st.sampled_from([NEW_YORK, SAO_PAULO]),
)  # fmt: skip
def test_a_call_that_was_written_down_is_read_back(start: datetime, ringing: int, talk: int, zone: ZoneInfo) -> None:
    start = start.replace(microsecond=0, tzinfo=UTC)
    answer, end = start + timedelta(seconds=ringing), start + timedelta(seconds=ringing + talk)
    local = LocalTimes(*(moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in (start, answer, end)))
    read_back = moments_of(local, Decimal(ringing + talk), Decimal(talk), zone, f"{int(start.timestamp())}.1")
    assert read_back == (start, answer, end)


def freepbx() -> HeadedLayout:
    return HeadedLayout(columns_of(FREEPBX))


def test_an_export_of_freepbx_is_read_by_its_headings() -> None:
    record = read(FREEPBX_ROW, layout=freepbx())
    assert record.started_at == datetime(2026, 11, 26, 13, 0, tzinfo=UTC)
    # It has no answer time: the call was answered its billable seconds before its end.
    assert record.answered_at == datetime(2026, 11, 26, 13, 0, 15, tzinfo=UTC)
    assert record.ended_at == datetime(2026, 11, 26, 13, 1, 15, tzinfo=UTC)
    assert (record.src, record.dst, record.account_code) == ("1001", "5511987654321", "ACME")
    assert (record.uniqueid, record.linkedid, record.sequence) == ("1795000000.5", "1795000000.4", 7)


def test_a_unique_id_of_another_system_is_kept() -> None:
    row = FREEPBX_ROW.replace("1795000000.5", "7f3c-44")
    assert (read(row, layout=freepbx()).uniqueid, read(row, layout=freepbx()).sequence) == ("7f3c-44", 7)
    nameless = read(FREEPBX_ROW.replace("1795000000.5", ""), layout=freepbx())
    assert nameless.uniqueid.startswith("line-")


def test_an_unanswered_row_of_freepbx_has_no_answer() -> None:
    row = FREEPBX_ROW.replace("75,60,ANSWERED", "20,0,NO ANSWER")
    assert read(row, layout=freepbx()).answered_at is None


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("Data;Hora;Origem;Destino;Duração;Tempo falado;Status",
         "26/11/2026;10:00:00;1001;5511987654321;75;60;Atendida"),
        ("Fecha;Origen;Destino;Duración;Segundos facturados;Estado",
         "26/11/2026 10:00:00;1001;5511987654321;00:01:15;1:00;Contestada"),
        ("Start Time;From;To;Duration;Billsec", "2026-11-26T10:00:00;1001;5511987654321;75;60"),
        ("start;answer;end;src;dst", "2026-11-26 10:00:00;2026-11-26 10:00:15;2026-11-26 10:01:15;1001;5511987654321"),
        ("Data/Hora;Origem;Destino;Segundos", "26-11-2026 10:00:15;1001;5511987654321;60"),
    ],
)  # fmt: skip
def test_tables_are_read_by_headings_in_three_languages(headings: str, row: str) -> None:
    names, fields = headings.split(";"), row.split(";")
    assert heading_row([["Relatório de chamadas"], names, fields]) == 1
    layout = HeadedLayout(columns_of(names))
    assert missing_roles(layout.columns) == ()
    layout = HeadedLayout(layout.columns, date_order_of(layout, [fields]))
    if "answer" in layout.columns:
        with pytest.raises(Malformed):
            read(row.replace(";", ",").replace("2026-11-26 10:01:15", "2026-11-26 09:01:15"), layout=layout)
    record = read(row.replace(";", ","), layout=layout)
    assert (record.billable_seconds, record.disposition) == (Decimal(60), "ANSWERED")
    assert record.answered_at == datetime(2026, 11, 26, 13, 0, 15, tzinfo=UTC)


def test_what_is_missing_is_named() -> None:
    assert missing_roles(columns_of(["quando", "para", "quanto"])) == ("start", "dst", "billsec")
    assert missing_roles(columns_of(["start", "dst", "end"])) == ()


@pytest.mark.parametrize(
    ("texts", "order"),
    [(["26/11/2026 10:00", "01/02/2026"], "dmy"), (["11/26/2026", "01/02/2026"], "mdy"), (["01/02/2026"], "?"),
     (["2026-02-01"], ""), (["01/01/2026"], ""), (["26/11/2026", "11/26/2026", "01/02/2026"], "")],
)  # fmt: skip
def test_the_order_of_dates_is_told_by_all_rows(texts: list[str], order: str) -> None:
    assert date_order_of(HeadedLayout({"start": 0}), [[text] for text in texts]) == order


def test_a_date_of_two_readings_is_none_without_its_order() -> None:
    assert order_of("01/02/2026") == "?"
    with pytest.raises(Malformed):
        written_time("01/02/2026", "start", "")
    assert written_time("01/02/2026 10:00", "start", "mdy") == local_time("2026-01-02 10:00:00", "x")
    assert written_time("01/02/2026 10:00", "start", "dmy") == local_time("2026-02-01 10:00:00", "x")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26T10:00:00Z", "2026-11-26T10:00:00+00:00"), ("2026-11-26 10:00:00 UTC", "2026-11-26T10:00:00+00:00"),
        ("2026-11-26T10:00:00.123-03:00", "2026-11-26T10:00:00-03:00"), ("26/11/2026 10:00 PM", "2026-11-26T22:00:00"),
        ("11/26/2026 12:00:05 a.m.", "2026-11-26T00:00:05"), ("1795437885", "2026-11-23T12:44:45+00:00"),
        ("1795437885.004490", "2026-11-23T12:44:45+00:00"), ("2026-11-26", "2026-11-26T00:00:00"),
    ],
)  # fmt: skip
def test_a_time_may_say_its_zone_or_its_half_of_the_day(text: str, moment: str) -> None:
    assert written_time(text, "start", "").isoformat() == moment


@pytest.mark.parametrize("text", ["", "26/13/2026", "2026-02-30", "13:00", "2026-11-26 13:00 PM", "2026-11-26 25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        written_time(text, "start", "")


def test_a_row_in_a_zone_of_its_own_is_not_moved() -> None:
    layout = HeadedLayout(columns_of(["start", "src", "dst", "billsec"]))
    assert read("2026-11-26T10:00:00Z,1001,55,60", NEW_YORK, layout).started_at.hour == 10
    mixed = HeadedLayout(columns_of(["start", "end", "dst", "billsec"]))
    with pytest.raises(Malformed):
        read("2026-11-26T10:00:00Z,2026-11-26 10:01:00,55,60", NEW_YORK, mixed)


def test_a_row_longer_than_its_headings_is_none() -> None:
    layout = HeadedLayout(columns_of(["start", "dst", "billsec"]), width=3)
    assert read("2026-11-26 10:00:00,55,60,,", layout=layout).billable_seconds == 60
    with pytest.raises(Malformed):
        read("2026-11-26 10:00:00,55,1,5", layout=layout)


@pytest.mark.parametrize(
    ("text", "seconds"), [("75", "75"), ("75.5", "75.5"), ("75,5", "75.5"), ("1:15", "75"), ("01:00:15", "3615")]
)
def test_durations_are_seconds_or_a_clock(text: str, seconds: str) -> None:
    assert clock_seconds(text, "duration") == Decimal(seconds)


@pytest.mark.parametrize("text", ["", "-1", "1:5", "x", "99999999999", "1e5", "٧٥"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        clock_seconds(text, "duration")


@pytest.mark.parametrize("text", ["1.234", "1,234", "75.000", "999,999"])
def test_seconds_that_could_be_thousands_are_kept_aside_with_both_readings(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        clock_seconds(text, "billsec")
    assert refused.value.detail == f"billsec is {text!r}: {text.replace(',', '.')} or {text[:-4]}{text[-3:]} seconds"
    assert clock_seconds("0.999", "billsec") == Decimal("0.999")
    assert clock_seconds("1234.567", "billsec") == Decimal("1234.567")


def test_a_table_that_does_not_tell_whether_calls_were_answered_holds_no_free_calls() -> None:
    columns = {"start": 0, "dst": 1, "duration": 2}
    with pytest.raises(Malformed) as refused:
        read("2026-11-26 10:00:00,5511987654321,60", layout=HeadedLayout(columns))
    assert refused.value.reason == "disposition"
    missed = read("2026-11-26 10:00:00,5511987654321,60,", layout=HeadedLayout(columns | {"answer": 3}))
    assert missed.disposition == "NO ANSWER"


@pytest.mark.parametrize(("billable", "is_kept"), [(120, True), (75, True), (2, False), (59, False)])
def test_billable_seconds_that_are_minutes_are_kept_aside_where_the_times_tell(billable: int, *, is_kept: bool) -> None:
    layout = HeadedLayout({"start": 0, "answer": 1, "end": 2, "dst": 3, "billsec": 4, "disposition": 5})
    row = f"2026-11-26 10:00:00,2026-11-26 10:00:05,2026-11-26 10:02:05,5511987654321,{billable},ANSWERED"
    if is_kept:
        assert read(row, layout=layout).billable_seconds == billable
        return
    with pytest.raises(Malformed) as refused:
        read(row, layout=layout)
    assert refused.value.detail == f"it was answered for 120 seconds, and {billable} are billable"


def test_dispositions_are_known_in_three_languages_and_nothing_else_is_one() -> None:
    told = [disposition_of(text, None) for text in ("NO ANSWER", "Não atendida", "Ocupado", "ANSWER", "Congestion")]
    assert told == ["NO ANSWER", "NO ANSWER", "BUSY", "ANSWERED", "CONGESTION"]
    assert (disposition_of("", Decimal(1)), disposition_of("", None)) == ("ANSWERED", "NO ANSWER")
    with pytest.raises(Malformed):
        disposition_of("whatever", None)
