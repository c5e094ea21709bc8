"""Callers who write lines of their own into what they are called: records and requests stay one for each call."""

from collections.abc import Sequence
from datetime import UTC

import pytest

from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.lines.record_values import Malformed
from billing.cdrs.lines.spool_format import SpoolRecord, parse_line
from numbering.models import DestinationType
from tests.calls.exchange import Carrier, Exchange, Trunk

NUMBER, UNREADABLE = "011987654321", "19005551234"
# As a SIP address writes them: %0A is a line break, %22 a quote, %00 NUL, %2C a comma; U+2028 is a line end to some.
CALLERS = [
    "1000%0Aagi_channel%3A%20PJSIP/trunk.VICTIM-1",
    "1000%0D%0A2%2C1.1%2C1.1%2C1",
    "1000%22%2C%22x",
    "1000%00%09%7F",
    "%E2%80%A8%E2%80%A9%C2%85",
    "%24%7BSHELL%28id%29%7D",
    "=1%2B1",
]
NAMES = ["x", "${SHELL(id)}", "a;b,c|d", "\u2028=1", "<script>alert(1)</script>"]


def headers_of(caller: str) -> tuple[str, ...]:
    return (f"P-Asserted-Identity: <sip:{caller}@example.com>", f"Diversion: <sip:{caller}@example.com>")


def records_of(lines: list[bytes]) -> list[SpoolRecord | Malformed]:
    found: list[SpoolRecord | Malformed] = []
    for line in lines:
        try:
            found.append(parse_line(line, plain_zone=UTC))
        except Malformed as error:
            found.append(error)
    return found


@pytest.fixture
def acme(exchange: Exchange) -> Trunk:
    vivo = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()
    return acme


def lines_of(exchange: Exchange) -> list[bytes]:
    """Return the lines that the calls since `apply` left."""
    exchange.asterisk.wait_for("core show channels count", "0 active channels")
    with SpoolFile(exchange.cdrs.path) as spool:
        return [line.content for line, _after in spool.lines(exchange.cdrs.offset)]


def test_a_call_leaves_one_record_whatever_its_caller_calls_itself(exchange: Exchange, acme: Trunk) -> None:
    exchange.call_many(
        (acme, NUMBER, {"caller": caller, "caller_name": name, "headers": headers_of(caller)})
        for caller in CALLERS
        for name in NAMES
    )
    lines = lines_of(exchange)
    assert [record for record in records_of(lines) if isinstance(record, Malformed)] == []
    assert len(lines) == len(CALLERS) * len(NAMES)


def test_so_does_one_that_is_refused_and_one_to_what_is_no_number(exchange: Exchange, acme: Trunk) -> None:
    assert_one_record_at_most(exchange, acme, (UNREADABLE, "0{caller}", NUMBER + "{caller}"))


def test_so_does_one_that_comes_in_from_a_carrier(exchange: Exchange, acme: Trunk) -> None:
    carrier = exchange.carrier("GW_Claro")
    exchange.number("551140001000", acme.customer, DestinationType.TRUNK)
    exchange.apply()
    assert_one_record_at_most(exchange, carrier, ("551140001000", "551140009999", "5511{caller}"))


def assert_one_record_at_most(exchange: Exchange, source: Carrier | Trunk, numbers: Sequence[str]) -> None:
    """Call each number as each caller; `{caller}` in a number stands for who calls."""
    calls = [(source, number.replace("{caller}", caller), caller) for caller in CALLERS for number in numbers]
    exchange.call_many((party, number, {"caller": caller, "caller_name": caller}) for party, number, caller in calls)
    lines = lines_of(exchange)
    assert [record for record in records_of(lines) if isinstance(record, Malformed)] == []
    assert 0 < len(lines) <= len(calls)
