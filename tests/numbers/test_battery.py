"""A few thousand strings of the battery; `python -m tests.numbers` tries a million."""

import secrets

import pytest

from asterisk_sync.simulator import attempts
from billing.rating import longest_match
from billing.rating.key_patterns import compile_pattern
from routing.route_lines import written_for
from tests.numbers.battery import run

pytestmark = pytest.mark.slow(seconds=5)

STRINGS, EACH = 4_000, 400


@pytest.mark.parametrize("seed", ["fixed", secrets.token_hex(4)], ids=["fixed", "fresh"])
def test_judged_priced_and_sent_are_one_number(seed: str) -> None:
    print(f"seed {seed}")
    figures = run(STRINGS, seed, EACH)
    assert figures.faults == []
    assert figures.counts["strings"] == STRINGS
    for name in ("readable", "unreadable", "sent", "priced"):
        assert figures.counts[name] >= EACH / 4, figures.counts


def test_another_number_that_is_sent_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = written_for
    monkeypatch.setattr(attempts, "written_for", lambda *given: original(*given).replace("7", "8"))
    assert any("sent as" in fault for fault in run(STRINGS, "fixed", EACH).faults)


def test_another_tariff_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = compile_pattern
    monkeypatch.setattr(longest_match, "compile_pattern", lambda pattern, _matches: original(pattern))
    faults = run(STRINGS, "fixed", EACH).faults
    assert any("is priced by" in fault for fault in faults)
