"""The guard: no value outside its grammar reaches a file, and no template prints one that did not pass."""

import dataclasses
from typing import Any

import pytest
from django.template import TemplateSyntaxError
from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.rendering import RenderError, render_files
from asterisk_sync.rendering.engine import UnguardedVariableError, guarded
from asterisk_sync.rendering.guard import KINDS, GuardError, guard
from asterisk_sync.rendering.parser import parse_dialplan, parse_pjsip
from asterisk_sync.snapshot.values import Snapshot
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import customer, example, extension, gateway

POISON = [
    "\n",
    "\r",
    "\0",
    "\x1b",
    "\u2028",
    ";",
    "[",
    "]",
    "${",
    "$[",
    '"',
    "\\",
    "#",
    "&",
    "(",
    ")",
    ",",
    "|",
    "<",
    "\t",
]


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("kind", KINDS)
@given(st.text(max_size=40))
def test_what_passes_is_returned_unchanged_and_on_one_line(kind: str, value: str) -> None:
    try:
        passed = guard(value, kind)
    except GuardError:
        return
    assert passed == value
    assert passed.isprintable()
    assert not set(passed) & set('\n\r${}"')


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize(
    "field", ["name", "host", "username", "secret", "tech_prefix", "prepend", "caller_id_number", "transport"]
)
def test_a_poisoned_gateway_stops_the_rendering(field: str, poison: str) -> None:
    if (field, poison) == ("tech_prefix", "#"):
        return  # a hash is part of many tech prefixes and is sent as %23
    base = gateway(
        11, "GW_A", "198.51.100.1", registers=True, username="5511", secret="abcdefgh", caller_id_rule="fixed"
    )
    change: dict[str, Any] = {field: f"{getattr(base, field)}{poison}1"}
    poisoned = dataclasses.replace(base, **change)
    with pytest.raises((GuardError, RenderError, KeyError)):
        render_files(Snapshot(BRAZIL, gateways=(poisoned,)), 1)


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("field", ["number", "username", "secret", "caller_id_name", "caller_id_number", "forward_to"])
def test_a_poisoned_extension_stops_the_rendering(field: str, poison: str) -> None:
    base = extension(21, "1001", caller_id_name="Ana", caller_id_number="551140001000", forward_to="0119")
    change: dict[str, Any] = {field: f"{getattr(base, field)}{poison}1"}
    poisoned = dataclasses.replace(base, **change)
    with pytest.raises(GuardError):
        render_files(Snapshot(BRAZIL, customers=(customer(1, "ACME", extensions=(poisoned,)),)), 1)


@pytest.mark.parametrize("port", ["0", "65536", "99999", "05060"])
def test_an_address_has_a_port_that_exists(port: str) -> None:
    assert guard("sip:198.51.100.1:65535", "uri")
    with pytest.raises(GuardError):
        guard(f"sip:198.51.100.1:{port}", "uri")


def test_the_message_of_the_guard_does_not_hold_the_value() -> None:
    with pytest.raises(GuardError) as caught:
        guard("very;secret", "secret")
    assert "very" not in str(caught.value)


def test_a_template_that_prints_an_unguarded_value_is_refused() -> None:
    with pytest.raises(UnguardedVariableError):
        guarded("exten => {{ route.pattern }},1,NoOp()")
    with pytest.raises(UnguardedVariableError):
        guarded('{% if a %}{{ a|conf:"name"|upper }}{% endif %}')
    assert guarded('{{ a|conf:"name" }}') is not None


def test_a_template_can_only_print_and_loop() -> None:
    with pytest.raises(TemplateSyntaxError):
        guarded('{% load static %}{% static "x" %}')


def test_an_endpoint_is_never_called_anonymous() -> None:
    with pytest.raises(GuardError):
        render_files(Snapshot(BRAZIL, gateways=(gateway(11, "anonymous", "198.51.100.1"),)), 1)


def test_two_objects_of_one_name_are_refused_because_asterisk_would_freeze_both() -> None:
    clash = dataclasses.replace(extension(21, "1001"), username="GW_A")
    snapshot = Snapshot(
        BRAZIL, customers=(customer(1, "ACME", extensions=(clash,)),), gateways=(gateway(11, "GW_A", "198.51.100.1"),)
    )
    with pytest.raises(RenderError, match="GW_A"):
        render_files(snapshot, 1)


def test_an_address_of_a_gateway_and_of_a_customer_is_refused() -> None:
    snapshot = dataclasses.replace(example(), gateways=(gateway(11, "GW_A", "203.0.113.66"),), routes=())
    with pytest.raises(RenderError, match=r"203\.0\.113\.66 belongs to gateway GW_A and to customer ACME"):
        render_files(snapshot, 1)


def test_gateways_that_share_an_address_are_told_apart_by_port() -> None:
    first = gateway(11, "GW_A", "198.51.100.1")
    second = gateway(12, "GW_B", "198.51.100.1", port=5080)
    text = render_files(Snapshot(BRAZIL, gateways=(first, second)), 1)["pjsip_gateways.conf"]
    matches = {item.name: item.values("match") for item in parse_pjsip(text) if item.type == "identify"}
    assert matches == {"GW_A": ["198.51.100.1:5060"], "GW_B": ["198.51.100.1:5080"]}


def test_an_empty_snapshot_still_has_its_entries() -> None:
    files = render_files(Snapshot(BRAZIL), 1)
    assert "from-internal" in parse_dialplan(files["extensions_routes.conf"])
    assert "from-trunk" in parse_dialplan(files["extensions_dids.conf"])
