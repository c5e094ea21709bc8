from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.lines.attempts import AttemptResult
from billing.cdrs.lines.plain_format import DISPOSITIONS
from billing.cdrs.lines.record_values import Malformed
from billing.cdrs.lines.spool_format import MAX_LINE_BYTES, SpoolRecord, parse_line
from billing.models import CostSource, Direction, Disposition, RejectReason, UnratedReason
from billing.rating import calls
from tests.billing.spool_lines import PlainLine, failed, spool_line

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
# As Asterisk 22.10 wrote it in the laboratory: a refused attempt, and the record of the hang-up after it.
REAL_ATTEMPT = (
    b'"1","test-16258-1795437886.3","test-16258-1795437886.3","2","1000","5511912345678",""""" <1000>",'
    b'"from-internal","PJSIP/C1-00000002","PJSIP/GW_Lab-00000003","Dial","1795437886.342397","0.000000",'
    b'"1795437886.348980","0.006583","0.000000","CONGESTION","DOCUMENTATION","","","C1","","","GW_Lab","","","","","","",""'
)


def parse(line: bytes) -> SpoolRecord:
    return parse_line(line.rstrip(b"\n"), plain_zone=SAO_PAULO)


def refusal_of(line: bytes) -> str | None:
    try:
        parse_line(line, plain_zone=SAO_PAULO)
    except Malformed as refused:
        return refused.reason
    return None


def test_a_line_that_asterisk_wrote_is_read_to_the_microsecond() -> None:
    record = parse(REAL_ATTEMPT)
    assert record.uniqueid == "test-16258-1795437886.3"
    assert record.started_at == datetime(2026, 11, 23, 12, 44, 46, 342397, tzinfo=UTC)
    assert record.answered_at is None
    assert (record.duration_seconds, record.billable_seconds) == (Decimal("0.006583"), Decimal(0))
    assert record.caller_id == '"" <1000>'
    assert (record.sequence, record.disposition, record.customer_ref) == (2, "CONGESTION", "C1")


def test_a_line_of_version_1_is_read_beside_one_of_version_2_that_names_the_caller() -> None:
    assert parse(REAL_ATTEMPT).caller == ""
    assert parse(spool_line(src="551150000000", va_caller="551130001055")).caller == "551130001055"


def test_n71_a_call_that_is_answered_without_an_answer_time_is_kept_aside() -> None:
    assert refusal_of(spool_line(answer="0.000000").rstrip(b"\n")) == "answer"
    assert refusal_of(failed(disposition="ANSWERED").rstrip(b"\n")) == "answer"


def test_what_only_describes_a_call_is_left_out_where_it_is_nonsense() -> None:
    line = spool_line(va_attempt="x", va_cause="99999999999", va_sipcode="-1", va_pdd="1.5", va_dialstatus="no way")
    assert parse(line).result == AttemptResult()
    assert parse(line).attempt is None


def test_the_result_of_an_attempt_is_read() -> None:
    line = failed(va_dialstatus="CONGESTION", va_cause="34", va_sipcode="503", va_pdd="120")
    assert parse(line).result == AttemptResult("CONGESTION", 34, 503, 120)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "columns"),
        (b"hello", "columns"),
        (spool_line().replace(b'"2",', b'"1",', 1), "columns"),
        (spool_line().replace(b'"2",', b'"3",', 1), "columns"),
        (REAL_ATTEMPT.replace(b'"1",', b'"2",', 1), "columns"),
        (spool_line().rstrip() + b',"more"', "columns"),
        (b",".join(spool_line().split(b",")[:25]), "columns"),
        (spool_line(start="yesterday"), "time"),
        (spool_line(start=""), "time"),
        (spool_line(end=""), "time"),
        (spool_line(start="1"), "time"),
        (spool_line(start="9999999999.0"), "time"),
        (spool_line(answer="soon"), "time"),
        (spool_line(end="1795437000.000000"), "time"),
        (spool_line(answer="1795437000.000000"), "time"),
        (spool_line(duration="-1.000000"), "duration"),
        (spool_line(billsec="-0.5"), "duration"),
        (spool_line(billsec="nan"), "duration"),
        (spool_line(billsec="1e3"), "duration"),
        (spool_line(billsec="70"), "duration"),
        (spool_line(duration="99999999"), "duration"),
        (spool_line(disposition="LOST"), "disposition"),
        (spool_line(uniqueid=""), "identity"),
        (spool_line(sequence="-1"), "identity"),
        (spool_line(sequence="1.5"), "identity"),
        (spool_line(sequence="²"), "identity"),
        (spool_line(dst="5" * 81), "too_long"),
        (spool_line(uniqueid="5" * 151), "too_long"),
        (b'"' + b"5" * MAX_LINE_BYTES + b'"', "too_long"),
        (spool_line(clid="Jos\xe9").replace("José".encode(), "José".encode("latin-1")), "charset"),
        (spool_line(clid="a\0b"), "charset"),
        (spool_line(clid="a\x1bb"), "charset"),
        (spool_line(va_pdd="120").rstrip(b'"\n'), "quotes"),
        (spool_line().rstrip(b'"\n'), "quotes"),
        (spool_line(clid="x").replace(b'"x"', b'"x"y"'), "quotes"),
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse(line)
    assert refused.value.reason == reason
    assert reason in RejectReason.values


@given(st.binary(max_size=400))
def test_any_bytes_are_a_record_or_refused_with_a_known_reason(line: bytes) -> None:
    assert refusal_of(line) in {None, *RejectReason.values}


@given(st.lists(st.text(max_size=12), min_size=31, max_size=31))
@pytest.mark.slow(seconds=0.3)
def test_any_31_texts_are_a_record_or_refused_with_a_known_reason(texts: list[str]) -> None:
    quoted = ",".join('"' + text.replace('"', '""') + '"' for text in ["1", *texts[1:]])
    assert refusal_of(quoted.encode(errors="surrogatepass")) in {None, *RejectReason.values}


NEW_COLUMNS = ['""', '"1795437885.0"', "7"]


@pytest.mark.parametrize(
    ("extra", "uniqueid", "linkedid", "sequence"),
    [
        (['"1795437885.1"', '"field"', *NEW_COLUMNS], "1795437885.1", "1795437885.0", 7),
        (['"pbx1-1795437885.1"', *NEW_COLUMNS], "pbx1-1795437885.1", "1795437885.0", 7),
        (['"1795437885.1"', '"field"'], "1795437885.1", "1795437885.1", None),
        (['"1795437885.1"'], "1795437885.1", "1795437885.1", None),
        (NEW_COLUMNS, None, "1795437885.0", 7),
        (['"field"'], None, None, None),
        ([], None, None, None),
    ],
)
def test_each_shape_of_a_plain_master_csv_is_read(
    extra: list[str], uniqueid: str | None, linkedid: str | None, sequence: int | None
) -> None:
    record = parse(bytes(PlainLine(extra)))
    assert record.started_at == datetime(2026, 11, 23, 12, 44, 45, tzinfo=UTC)
    assert (record.account_code, record.billable_seconds) == ("ACME", Decimal(60))
    assert record.uniqueid == uniqueid if uniqueid else record.uniqueid.startswith("line-")
    assert record.linkedid == (linkedid or record.uniqueid)
    assert sequence is None or record.sequence == sequence
    assert parse(bytes(PlainLine(extra))) == record


def test_an_unanswered_plain_line_has_an_empty_answer() -> None:
    assert parse(bytes(PlainLine(answer="", disposition="NO ANSWER"))).answered_at is None


def test_an_answered_line_without_the_time_of_its_answer_is_not_trusted() -> None:
    with pytest.raises(Malformed) as refused:
        parse(bytes(PlainLine(answer="")))
    assert refused.value.reason == "answer"


def test_a_plain_time_is_of_the_clock_that_was_named() -> None:
    here = parse_line(bytes(PlainLine()).rstrip(), plain_zone=SAO_PAULO).started_at
    utc = parse_line(bytes(PlainLine()).rstrip(), plain_zone=UTC).started_at
    assert here - utc == timedelta(hours=3)


def test_a_plain_line_without_its_end_is_not_trusted() -> None:
    cut = bytes(PlainLine(['"1795437885.1"', '"field"', *NEW_COLUMNS])).rstrip()[: -len(',"","1795437885.0",7')]
    parse_line(cut, plain_zone=SAO_PAULO)
    with pytest.raises(Malformed) as refused:
        parse_line(cut, plain_zone=SAO_PAULO, whole=False)
    assert refused.value.reason == RejectReason.UNFINISHED


def test_the_pure_modules_use_the_words_of_the_models() -> None:
    assert frozenset(Disposition.values) == DISPOSITIONS
    assert {calls.OUTBOUND, calls.INBOUND, calls.INTERNAL} | {"unknown"} == set(Direction.values)
    sources = {calls.FROM_DECK, calls.FROM_TARIFF, calls.FROM_PROVIDER, calls.FROM_NOWHERE}
    assert sources == set(CostSource.values)
    refused = {calls.NO_TARIFF, calls.NO_NUMBER, calls.CONTRADICTORY, "direction"}
    assert {*calls.NOT_CHARGED.values(), *refused} == set(UnratedReason.values)
