"""A real Asterisk without a network loads each set first, and its reasons name what is wrong."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings

from asterisk_sync.doctor import Finding, Severity, system
from asterisk_sync.generations.expected import DIALPLAN_MODULE, PJSIP_MODULE, expected_config
from asterisk_sync.generations.validation import RefusedError, validate
from asterisk_sync.models import Node, RunOutcome
from asterisk_sync.rendering.parser import ConfigSyntaxError
from asterisk_sync.throwaway import Program, run_trial, try_set
from asterisk_sync.throwaway.private_directory import _SORCERY, PREFIX
from customers.models import Customer
from deploy.trial.base_config import SOURCE
from tests.asterisk_sync.running import change_file, live, run, run_again
from tests.asterisk_sync.throwaway_sets import BOTH, GOOD, SECRET, appended, file_named, replaced, sealed
from tests.factories.customers import ExtensionFactory

pytestmark = [pytest.mark.asterisk, pytest.mark.usefixtures("program")]

Files = dict[str, str]
ENDPOINT = "type=endpoint\n"


def test_a_good_set_loads_as_it_was_meant() -> None:
    files = sealed()
    trial = run_trial(files, expected_config(files), BOTH)
    assert trial.problems == []
    assert trial.loaded == {
        "context": 6, "extension": 8, "endpoint": 3, "aor": 6, "auth": 2, "registration": 1, "identify": 2,
    }  # fmt: skip


def test_only_what_changed_is_loaded() -> None:
    files = sealed()
    dialplan = run_trial(files, expected_config(files), frozenset({DIALPLAN_MODULE}))
    objects = run_trial(files, expected_config(files), frozenset({PJSIP_MODULE}))
    assert (dialplan.problems, objects.problems) == ([], [])
    assert dialplan.loaded.keys() == {"context", "extension"}
    assert objects.loaded.keys() == {"endpoint", "aor", "auth", "registration", "identify"}


@pytest.mark.parametrize("transport", ["", "\\;transport=tcp", "\\;transport=tls"])
@pytest.mark.parametrize("address", ["198.51.100.1", "[2001:db8::1]"])
def test_a_registration_loads_over_every_transport(address: str, transport: str) -> None:
    uri = f"sip:{address}:5060{transport}"
    files = replaced("gateways", "server_uri=sip:198.51.100.1:5060", f"server_uri={uri}")
    assert run_trial(files, expected_config(files), frozenset({PJSIP_MODULE})).problems == []


# Our own parser has nothing against these.
UNSEEN: dict[str, tuple[Files, str]] = {
    "a value that no option has": (replaced("gateways", "rfc4733", "banana"), "endpoint' with id 'GW_A'"),
    "a switch that is neither on nor off": (replaced("gateways", "media=no", "media=perhaps"), "direct_media"),
    "a codec that does not exist": (replaced("extensions", "allow=alaw", "allow=banana"), "endpoint' with id 'u1'"),
    "an option of another type": (replaced("extensions", "max_contacts", "accountcode"), "aor' with id 'u1'"),
    "a registration to nowhere": (
        replaced("gateways", "server_uri=sip:", "server_uri="), "registration' with id 'GW_A'"
    ),
    "a contact that is no address": (replaced("trunks", "contact=sip:", "contact="), "aor' with id 'trunk.ACME.1'"),
    "a host that does not resolve": (replaced("gateways", "match=198.51.100.1", "match=no.invalid"), "identify"),
    "a type that nobody reads": (appended("gateways", "[x]\ntype=nonsense\n"), "nobody reads nonsense x"),
    "an object where its type is not read": (
        appended("extensions", "[x]\ntype=identify\nendpoint=u1\nmatch=203.0.113.8\n"), "identify x is missing"
    ),
    "a context that is not there": (
        replaced("trunks", "context=from-internal", "context=lost"), "names context lost"
    ),
    "a pattern that never ends": (appended("dids", "[x]\nexten => _[12,1,NoOp()\n"), "_[12@x is missing"),
    "a number that is an expression": (appended("dids", "[x]\nexten => 1${EPOCH},1,NoOp()\n"), "1${EPOCH}@x"),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNSEEN)
def test_what_our_parser_takes_and_asterisk_does_not_is_refused(fault: str) -> None:
    files, named = UNSEEN[fault]
    wanted = expected_config(files)
    trial = run_trial(files, wanted, BOTH)
    assert any(named in problem for problem in trial.problems), trial.problems


# What was meant is the good set; what became of it on the way to the file is something else.
BROKEN: dict[str, tuple[Files, str]] = {
    "a template that is missing": (replaced("gateways", "[GW_A](carrier)", "[GW_A](lost)"), "endpoint GW_A is missing"),
    "another context": (
        replaced("trunks", "context=from-internal", "context=rest"), "endpoint trunk.ACME has “rest”"
    ),
    "an aor that is not there": (replaced("trunks", "aors=trunk.ACME.1", "aors=lost"), "names aor lost"),
    "one name twice": (appended("gateways", "[GW_A]\ntype=aor\n"), "duplicate object: 'GW_A' of type 'aor'"),
    "one name in two files": (appended("extensions", "[GW_A]\ntype=aor\n"), "duplicate object: 'GW_A'"),
    "one name in two files after it is cut": (
        appended("trunks", f"[{'x' * 79}1]\ntype=aor\n\n[{'x' * 79}2]\ntype=aor\n"), "xxx' of type 'aor'"
    ),
    "a file that is cut": (sealed() | {file_named("extensions"): GOOD[file_named("extensions")][:200]}, "u1"),
    "a dialplan that is cut": (sealed() | {file_named("dids"): "[from-trunk]\n"}, "551140001000@from-trunk is missing"),
    "an include that is broken": (appended("gateways", '#include "nowhere.conf"\n'), "nowhere.conf"),
    "a program in a file": (appended("gateways", "#exec /bin/true\n"), "#exec"),
    "a comment that never ends": (appended("gateways", ";-- \n"), "gen-"),
    "a line that is no entry": (appended("gateways", "nonsense\n"), "gen-"),
    "an object more": (appended("extensions", "[evil]\ntype=endpoint\n"), "endpoint evil is not in the set"),
    "an extension more": (
        appended("routes", "[rest]\nexten => 666,1,System(true)\n"), "666@rest is not in the set"
    ),
    "another application": (replaced("routes", "Hangup(1)", "Hangup(2)"), "_X!@rest does something else"),
    "another label": (replaced("routes", "n(after)", "n(before)"), "1001@from-internal does something else"),
    "another order of includes": (
        replaced("routes", "include => rest", "include => route\ninclude => rest"), "includes route, rest"
    ),
    "an include of nothing": (appended("routes", "[rest]\ninclude => lost\n"), "nonexistent context 'lost'"),
    "a call that is not closed": (replaced("routes", "Dial(PJSIP/u1)", "Dial(PJSIP/u1"), "No closing parenthesis"),
    "a line that is too long": (replaced("routes", "PJSIP/u1)", f"PJSIP/u1,{'x' * 8200})"), "too long"),
    "another password": (replaced("extensions", "0123456789abcdef", "0123456789abcdee"), "another value for password"),
    "another network": (replaced("trunks", "203.0.113.64/29", "203.0.113.64/28"), "identify trunk.ACME"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_live_otherwise_than_it_was_meant_is_refused(fault: str) -> None:
    files, named = BROKEN[fault]
    trial = run_trial(files, expected_config(sealed()), BOTH)
    assert any(named in problem for problem in trial.problems), trial.problems


def test_nothing_of_these_is_a_surprise_to_our_parser_but_what_is_said_above() -> None:
    for files, _named in UNSEEN.values():
        expected_config(files)
    with pytest.raises((ConfigSyntaxError, RefusedError)):
        validate(BROKEN["a template that is missing"][0], None)


def test_reasons_show_no_secret_and_no_path_of_this_machine() -> None:
    trial = run_trial(replaced("gateways", "password=", "pass_word="), expected_config(sealed()), BOTH)
    text = " ".join(trial.problems)
    assert "pass_word" in text
    assert SECRET not in text
    assert PREFIX not in text


def test_a_long_priority_is_compared_as_far_as_asterisk_shows_it() -> None:
    files = appended("routes", f"[long]\nexten => 1,1,Set(A={'a' * 3000})\n")
    assert run_trial(files, expected_config(files), frozenset({DIALPLAN_MODULE})).problems == []


def test_off_and_required_and_auto(settings: LazySettings) -> None:
    files = sealed()
    settings.THROWAWAY_ASTERISK = "off"
    assert try_set(files, expected_config(files), BOTH).skipped_reason
    settings.ASTERISK_ROOT = "/nonexistent"
    for mode, refused in (("auto", False), ("required", True)):
        settings.THROWAWAY_ASTERISK = mode
        trial = try_set(files, expected_config(files), BOTH)
        assert bool(trial.problems) is refused
        assert "/nonexistent" in trial.skipped_reason


def test_an_asterisk_that_cannot_start_is_no_reason_to_refuse(settings: LazySettings, program: Program) -> None:
    settings.ASTERISK_PROGRAM = "/usr/bin/false"
    files = sealed()
    trial = try_set(files, expected_config(files), BOTH)
    assert trial.problems == []
    assert "status 1" in trial.skipped_reason


def test_a_set_that_a_real_asterisk_does_not_take_is_never_written(
    node: Node, company: Customer, current: Path
) -> None:
    ExtensionFactory.create(customer=company)
    assert run(node).outcome == RunOutcome.APPLIED
    before = live(current)
    with change_file("pjsip_extensions.conf", lambda body: body.replace(ENDPOINT, f"{ENDPOINT}dtmf_mode=banana\n")):
        refused = run_again(node)
    assert refused.outcome == RunOutcome.REFUSED
    assert "dtmf_mode=banana" in refused.reason
    assert "try" in refused.timings
    assert "write" not in refused.timings
    assert live(current) == before
    assert run_again(node).outcome in {RunOutcome.APPLIED, RunOutcome.UNCHANGED}


def test_the_doctor_says_whether_sets_are_tried(settings: LazySettings) -> None:
    def finding() -> Finding:
        (found,) = system._throwaway()
        return found

    assert finding().severity == Severity.OK
    settings.ASTERISK_ROOT = "/nonexistent"
    assert finding().severity == Severity.WARNING
    assert "/nonexistent" in finding().message
    settings.THROWAWAY_ASTERISK = "required"
    assert finding().severity == Severity.FAILURE


def test_objects_are_read_from_the_files_as_a_node_reads_them() -> None:
    assert files_of_types(_SORCERY) == files_of_types((SOURCE / "sorcery.conf").read_text())


def files_of_types(sorcery: str) -> dict[str, str]:
    """Return the types of objects that are not read from pjsip.conf, with their files."""
    found = dict(re.findall(r"^(\w+) = config,([^,\n]+)", sorcery, re.MULTILINE))
    return {kind: name for kind, name in found.items() if name != "pjsip.conf"}
