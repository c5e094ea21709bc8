"""Hostile values are refused or rendered as they are, never as more: a few thousand here, a million in `make fuzz`."""

import secrets

import pytest
from django.utils import translation

from asterisk_sync.rendering import render_files
from asterisk_sync.throwaway import NOTHING, UnavailableError, run_trial
from tests.fuzz import judging
from tests.fuzz.actions import as_asterisk_reads
from tests.fuzz.run import Run
from tests.fuzz.sets import GOOD
from tests.plugin import unavailable

FIXED_SEED = 20_261_123
CASES = 6_000


@pytest.fixture
def real_asterisk() -> None:
    try:
        run_trial({}, NOTHING, judging.BOTH)
    except UnavailableError as error:
        unavailable(str(error))


@pytest.mark.asterisk
@pytest.mark.usefixtures("real_asterisk")
@pytest.mark.parametrize("seed", [FIXED_SEED, secrets.randbelow(2**32)], ids=["fixed", "fresh"])
def test_no_value_becomes_more_than_a_value(seed: int) -> None:
    print(f"seed {seed}")
    run = Run(seed)
    with translation.override("en"):
        run.until(CASES)
    assert run.tally.notes == []
    assert run.live_sets == run.sets
    assert run.tally.total("refused") > CASES / 4
    assert run.tally.total("rendered") > CASES / 4
    assert run.tally.cases() >= CASES


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("pjsip_gateways.conf", "\ntype=aor\n", "\ntype=aor\nmailboxes=1\n", "mailboxes=1 was not meant"),
        ("pjsip_extensions.conf", "\npassword=", "\npassword=x", "password is"),
        ("pjsip_extensions.conf", "\n; === End", "\n[evil]\ntype=endpoint\n\n; === End", "endpoint evil"),
        ("extensions_routes.conf", "Hangup(${EXTEN})", "Hangup(${SHELL(id)})", "va-refuse"),
        ("extensions_routes.conf", "same => n(full)", "same => n,Hangup()\nsame => n(full)", "other steps"),
        ("extensions_routes.conf", ",${ARG4}))", ",${ARG4},g))", "Gosub(va-dial,s,1(PJSIP/"),
        ("extensions_dids.conf", "\n; === End", "\n[x]\nexten => 1,1,System(id)\n\n; === End", "context x"),
        ("extensions_dids.conf", "Gosub(va-customer-", "Gosub(va-forward,s,1(va-customer-", "551140001000"),
    ],
)
def test_the_judge_sees_what_escaped(file: str, old: str, new: str, named: str) -> None:
    files = render_files(GOOD, 1)
    assert list(judging.faults(files, GOOD)) == []
    assert old in files[file]
    spoilt = files | {file: files[file].replace(old, new)}
    assert any(named in fault for fault in judging.faults(spoilt, GOOD)), list(judging.faults(spoilt, GOOD))


def test_actions_are_counted_as_asterisk_counts_them() -> None:
    assert as_asterisk_reads(b"Action: Ping\r\nA: b\r\n\r\n") == [{"Action": "Ping", "A": "b"}]
    assert len(as_asterisk_reads(b"Action: Ping\r\nA: b\n\nAction: Logoff\r\n\r\n")) == 2
    assert as_asterisk_reads(b"Action: Ping\nAction: x\r\n\r\n") == [{"Action": "Ping", "Action again": "x"}]
