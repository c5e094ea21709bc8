"""Of a set that follows another one only what is new is tried, and no fault gets past that."""

import pytest

from asterisk_sync.generations.expected import ExpectedConfig, expected_config
from asterisk_sync.models import Node, SyncRun
from asterisk_sync.throwaway import portion_since, run_trial
from customers.models import Customer
from tests.asterisk_sync.running import run, run_again
from tests.asterisk_sync.test_throwaway import UNSEEN
from tests.asterisk_sync.throwaway_sets import BOTH, appended, replaced, sealed
from tests.factories.customers import ExtensionFactory

Files = dict[str, str]
NEW_CONTEXT = appended("dids", "[x]\ninclude => rest\nexten => 1,1,NoOp()\n")


def portion(files: Files) -> ExpectedConfig:
    return portion_since(files, expected_config(files), expected_config(sealed()))[1]


def test_everything_is_tried_before_there_was_a_set() -> None:
    files = sealed()
    assert portion_since(files, expected_config(files), ExpectedConfig()) == (
        files,
        expected_config(files),
    )


def test_nothing_is_tried_again() -> None:
    found = portion(sealed())
    assert (found.objects, found.contexts) == ({}, {})


def test_an_endpoint_comes_with_its_templates_and_what_it_names() -> None:
    files = replaced("extensions", "callerid=Ana", "callerid=Eva")
    found = portion(files)
    wanted = expected_config(files)
    assert {key for key in found.objects if key[1] == "u1"} == {("endpoint", "u1"), ("auth", "u1"), ("aor", "u1")}
    assert found.objects["endpoint", "u1"] == wanted.objects["endpoint", "u1"]
    assert "GW_A" not in found.names("endpoint")
    assert not found.contexts["from-internal"].extensions


def test_an_aor_comes_with_all_that_bear_its_name_and_what_these_name() -> None:
    found = portion(replaced("extensions", "max_contacts=2", "max_contacts=3"))
    assert "u1" in found.names("endpoint")
    assert "from-internal" in found.contexts


def test_an_identify_comes_with_its_endpoint() -> None:
    found = portion(replaced("trunks", "match=203.0.113.7\n", "match=203.0.113.8\n"))
    assert "trunk.ACME" in found.names("endpoint")
    assert "trunk.ACME.1" in found.names("aor")


def test_a_context_comes_alone_and_those_that_it_includes_are_empty() -> None:
    found = portion(NEW_CONTEXT)
    assert found.contexts["x"] == expected_config(NEW_CONTEXT).contexts["x"]
    assert not found.contexts["rest"].extensions
    assert "from-internal" not in found.contexts
    assert not found.names("endpoint")


@pytest.mark.asterisk
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("files", [NEW_CONTEXT, replaced("extensions", "callerid=Ana", "callerid=Eva")])
def test_a_portion_loads_without_a_complaint(files: Files) -> None:
    text, wanted = portion_since(files, expected_config(files), expected_config(sealed()))
    assert run_trial(text, wanted, BOTH, expected_config(sealed())).problems == []


@pytest.mark.asterisk
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("fault", UNSEEN)
def test_a_portion_shows_every_fault_of_the_whole(fault: str) -> None:
    files, named = UNSEEN[fault]
    text, wanted = portion_since(files, expected_config(files), expected_config(sealed()))
    problems = run_trial(text, wanted, BOTH, expected_config(sealed())).problems
    assert any(named in problem for problem in problems), problems


@pytest.mark.asterisk
@pytest.mark.usefixtures("program", "current")
def test_a_change_is_tried_alone(node: Node, company: Customer) -> None:
    ExtensionFactory.create_batch(20, customer=company)
    everything = _tried(run(node))
    ExtensionFactory.create(customer=company)
    assert 0 < _tried(run_again(node)) < everything / 3


def _tried(run_: SyncRun) -> int:
    assert run_.generation is not None
    return int(run_.generation.verification["tried"])
