"""The simulator beside the real Asterisk: real calls, the command, a worker's answer."""

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from asterisk_sync.models import Node
from asterisk_sync.pipeline.run import synchronise
from asterisk_sync.simulator import checking
from asterisk_sync.simulator.checking import Agreement, answer_of, check_now, request_check
from asterisk_sync.simulator.live_check import lookups
from asterisk_sync.simulator.services import simulate_with_context
from deploy.trial.asterisk import AsteriskInstance
from numbering.models import DestinationType
from routing.models import CallerIdRule
from tests.asterisk_sync.processes import celery_worker
from tests.asterisk_sync.running import change_file
from tests.calls.exchange import Exchange
from tests.factories.billing import TariffFactory
from tests.factories.users import UserFactory
from tests.lab.sipp import Behaviour
from tests.simulator.calling import simulate_call
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "011987654321"


@pytest.fixture(autouse=True)
def _priced(exchange: Exchange) -> None:
    """A call without a price is refused by the authorizer's rules, which the simulator asks."""
    TariffFactory.create(pattern="55", cost_per_minute=None, price_per_minute=1)


def check(node: Node, caller: Any, number: str) -> Any:
    node.refresh_from_db()
    call_context, told = simulate_with_context(caller=caller, number=number, caller_id="", at=None, node=node)
    return check_now(node, lookups(call_context, told))


@pytest.mark.parametrize("caller", ["551130001055", "1130001055", "anonymous", "+551130001055", "12"])
def test_gateways_see_what_the_simulator_says(exchange: Exchange, caller: str) -> None:
    first = exchange.carrier(
        "GW_A", Behaviour(503, ring_ms=0), tech_prefix="1234#", strip_digits=1, caller_id_rule=CallerIdRule.NATIONAL
    )
    second = exchange.carrier(
        "GW_B", Behaviour(503, ring_ms=0), prepend="55", strip_digits=1, caller_id_rule=CallerIdRule.E164_PLUS
    )
    third = exchange.carrier("GW_C", caller_id_rule=CallerIdRule.KEEP)
    exchange.route("_0ZZ9XXXXXXXX", first, second, priority=10)
    exchange.route("_0.", third, priority=20, strip_digits=1, prepend="0021")
    acme = exchange.trunk("ACME", caller_id_number="551130001000")
    exchange.apply()
    told = simulate_call(caller=acme.customer, number=NUMBER, caller_id=caller)

    assert exchange.call(acme, NUMBER, caller=caller).answered

    by_name = {"GW_A": first, "GW_B": second, "GW_C": third}
    assert [attempt.gateway for attempt in told.attempts] == ["GW_A", "GW_B", "GW_C"]
    for attempt in told.attempts:
        carrier = by_name[attempt.gateway]
        # In an address of SIP, # is written %23.
        assert [unquote(number) for number in carrier.numbers] == [attempt.sent_number]
        assert carrier.callers == [attempt.caller]
    records = exchange.records(3)
    assert [record["va_dialled"] for record in records] == [told.normalised] * 3
    assert check(exchange.node, acme.customer, NUMBER).agreement == Agreement.AGREES


def test_a_telephones_call_forwarded_by_a_colleague_is_seen_as_told(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo", caller_id_rule=CallerIdRule.E164)
    exchange.route("_0.", vivo)
    clinic = exchange.company("CLINICA", caller_id_number="551140001000")
    phone = exchange.phone(clinic, "1001", caller_id_number="551140001001")
    exchange.phone(clinic, "1002", forward_to=NUMBER)
    exchange.apply()
    exchange.register(phone)
    told = simulate_call(caller=phone.extension, number="1002")

    assert exchange.call(phone, "1002").answered

    (attempt,) = told.attempts
    assert (vivo.numbers, vivo.callers) == ([attempt.sent_number], [attempt.caller])
    assert check(exchange.node, phone.extension, "1002").agreement == Agreement.AGREES


def test_an_incoming_call_that_is_forwarded_is_seen_as_told(exchange: Exchange) -> None:
    vivo, out = exchange.carrier("GW_In", number_format="national"), exchange.carrier("GW_Out")
    exchange.route("_0.", out)
    clinic = exchange.company("CLINICA")
    exchange.number("551140001000", clinic, DestinationType.FORWARD, forward_to=NUMBER)
    exchange.apply()
    told = simulate_call(caller=vivo.gateway, number="1140001000")

    assert exchange.call(vivo, "1140001000").answered

    (attempt,) = told.attempts
    assert (out.numbers, out.callers) == ([attempt.sent_number], [attempt.caller])
    assert check(exchange.node, vivo.gateway, "1140001000").agreement == Agreement.AGREES


@pytest.mark.parametrize(("number", "causes"), [("190", {3}), ("01a", {28}), ("abc", {28})])
def test_a_refused_call_ends_with_the_cause_that_was_told(exchange: Exchange, number: str, causes: set[int]) -> None:
    vivo = exchange.carrier("GW_Vivo")
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()
    told = simulate_call(caller=acme.customer, number=number)

    outcome = exchange.call(acme, number)

    assert not outcome.answered
    assert {told.cause} == causes
    assert outcome.cause == told.cause
    assert vivo.numbers == []
    assert check(exchange.node, acme.customer, number).agreement == Agreement.AGREES


def test_a_node_that_runs_something_else_is_found_line_by_line(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo")
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()
    exchange.route("_011.", vivo, priority=5, name="not yet applied")

    found = check(exchange.node, acme.customer, NUMBER)

    assert found.agreement == Agreement.DIFFERS
    changed = [line for difference in found.differences for line in difference.lines if line.startswith(("-", "+"))]
    assert any("_5511XXXXXXXXX" in line and line.startswith("-[va-level-5-1]") for line in changed)
    assert found.reason


def test_a_dialplan_with_another_rewriting_is_found(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo", strip_digits=1)
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME")
    right, wrong = "${va_sent:1}@GW_Vivo", "${va_sent:2}@GW_Vivo"
    with change_file("extensions_routes.conf", lambda body: body.replace(right, wrong)):
        exchange.apply()
    (difference,) = check(exchange.node, acme.customer, NUMBER).differences
    assert difference.place == "s@va-gateway-GW_Vivo"


def command(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("simulate_call", *arguments, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def test_the_command_tells_and_its_exit_code_says_how_it_ends(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo", tech_prefix="77")
    exchange.route("_0.", vivo)
    exchange.trunk("ACME")
    exchange.apply()
    code, text = command("--customer", "ACME", "--to", NUMBER, "--live")
    assert code == 0
    assert f"77{NUMBER}" in text
    assert "agrees" in text
    code, text = command("--customer", "ACME", "--to", "190", "--json")
    assert (code, json.loads(text)["simulation"]["cause"]) == (2, 3)
    exchange.route("_0.", vivo, priority=1)
    assert command("--customer", "ACME", "--to", NUMBER)[0] == 0
    code, text = command("--customer", "ACME", "--to", NUMBER, "--live", "--json")
    assert (code, json.loads(text)["live"]["agreement"]) == (3, "differs")
    exchange.asterisk.stop()
    try:
        assert command("--customer", "ACME", "--to", NUMBER, "--live")[0] == 3
    finally:
        exchange.asterisk.start()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", NUMBER],
        ["--customer", "NOBODY", "--to", NUMBER],
        ["--customer", "ACME", "--to", ""],
        ["--customer", "ACME", "--to", NUMBER, "--at", "yesterday"],
        ["--customer", "ACME", "--to", NUMBER, "--node", "none"],
        ["--customer", "ACME", "--to", NUMBER, "--nonsense"],
    ],
)
def test_wrong_usage_is_told_apart(exchange: Exchange, arguments: list[str]) -> None:
    exchange.trunk("ACME")
    with pytest.raises(CommandError):
        call_command("simulate_call", *arguments)


def test_a_page_asks_the_worker_and_shows_its_answer(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "ANSWER_SECONDS", 60.0)
    vivo = exchange.carrier("GW_Vivo")
    exchange.route("_0.", vivo)
    acme = exchange.trunk("ACME")
    exchange.apply()
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=Role.VIEWER), backend="voipadmin.users.backends.RoleBackend")
    with celery_worker(tmp_path, concurrency=1):
        question = {"direction": "out", "customer": str(acme.customer.pk), "number": NUMBER, "seconds": "60"}
        page = client.get(reverse("asterisk_sync:simulator"), question).content.decode()
        assert "Goes out by a gateway" in page
        address = page.partition("/sync/simulator/check/")[2].partition('"')[0]
        deadline = time.monotonic() + 60
        while "Asking the node" in (shown := client.get(f"/sync/simulator/check/{address}").content.decode()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "Agrees with the node" in shown
    stranger = Client()
    stranger.force_login(UserFactory.create(role=Role.VIEWER), backend="voipadmin.users.backends.RoleBackend")
    assert stranger.get(f"/sync/simulator/check/{address}").status_code == 404


def test_without_a_worker_the_page_says_after_five_seconds_that_the_node_is_silent(
    exchange: Exchange, asterisk: AsteriskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = UserFactory.create(role=Role.VIEWER)
    call_context, told = simulate_with_context(
        caller=exchange.trunk("ACME").customer, number=NUMBER, caller_id="", at=None, node=exchange.node
    )
    key = request_check(exchange.node, lookups(call_context, told), asked_by=user.pk)
    waiting = answer_of(key, asked_by=user.pk)
    assert waiting is not None
    assert waiting.agreement == Agreement.WAITING
    monkeypatch.setattr("asterisk_sync.simulator.checking.ANSWER_SECONDS", 0.0)
    silent = answer_of(key, asked_by=user.pk)
    assert silent is not None
    assert silent.agreement == Agreement.SILENT
    assert synchronise(exchange.node.pk) is not None
