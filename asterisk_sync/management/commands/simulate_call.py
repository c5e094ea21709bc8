"""`manage.py simulate_call`: what would become of a call, from the shell."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from asterisk_sync.models import Node
from asterisk_sync.simulator.checking import Agreement, LiveCheck, check_now
from asterisk_sync.simulator.labels import HOPS, LEFT_OUT, OUTCOMES, ROUTE_REASONS, refusal_label
from asterisk_sync.simulator.live_check import lookups
from asterisk_sync.simulator.results import Attempt, Authorization, Simulation
from asterisk_sync.simulator.services import UnanswerableError, find_caller, simulate_with_context
from billing.authorization.refused.pages import REASON_LABELS as REFUSED
from customers.models import Customer, Extension
from routing.models import Gateway

USAGE, STOPPED, DIFFERS = 1, 2, 3


class Command(BaseCommand):
    """Tell where a call would go, what each gateway would be sent and what it would cost."""

    help = (
        "Tell what would become of a call, by the code that renders the dialplan. Exit codes: 0 it would be sent or "
        "ring, 1 wrong usage, 2 it would be refused or finds no route, 3 the node has something else or does not "
        "answer (--live)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        caller = parser.add_mutually_exclusive_group()
        caller.add_argument("--customer", metavar="CODE", help="who calls: ACME, or ACME/1001 for an extension")
        caller.add_argument("--gateway", metavar="NAME", help="the gateway by which the call comes in")
        parser.add_argument("--to", metavar="NUMBER", default="", help="the number as dialled")
        parser.add_argument("--from", dest="caller_id", metavar="NUMBER", default="", help="the caller that is sent")
        parser.add_argument("--at", metavar="ISO", help="the moment of the call; now where it is left out")
        parser.add_argument("--seconds", type=int, default=60, help="how long it lasts, for its price (60)")
        parser.add_argument("--node", metavar="NAME", help="the node; the first that carries the caller by default")
        parser.add_argument("--live", action="store_true", help="compare with what the node runs")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser; it raises what is wrong instead of ending with 2, which means refused here."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Run, and end with the code of wrong usage where the arguments cannot be read."""
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(USAGE)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Simulate, compare, print."""
        try:
            node = _node(options["node"])
            call_context, simulation = simulate_with_context(
                caller=_caller(options),
                number=options["to"],
                caller_id=options["caller_id"],
                at=_moment(options["at"]),
                node=node,
                duration=timedelta(seconds=options["seconds"]),
            )
        except UnanswerableError as error:
            raise CommandError(f"{error.field}: {error.message}") from error
        check = None
        if options["live"]:
            check = check_now(node or Node.objects.get(name=simulation.node), lookups(call_context, simulation))
        self._print(simulation, check, as_json=options["json"])
        code = _exit_code(simulation, check)
        if code:
            sys.exit(code)

    def _print(self, simulation: Simulation, check: LiveCheck | None, *, as_json: bool) -> None:
        if as_json:
            report = {"simulation": asdict(simulation), "live": asdict(check) if check else None}
            self.stdout.write(json.dumps(report, indent=2, default=str))
            return
        for line in (*_told(simulation), *(_told_of_node(check) if check else ())):
            self.stdout.write(line)


def _caller(options: dict[str, Any]) -> Customer | Extension | Gateway:
    if options["gateway"]:
        gateway: Gateway | None = Gateway.objects.filter(name__iexact=options["gateway"]).first()
        if gateway is None:
            raise CommandError(f"there is no gateway named {options['gateway']}")
        return gateway
    if not options["customer"]:
        raise CommandError("say who calls: --customer CODE or --gateway NAME")
    return find_caller(options["customer"])


def _node(name: str | None) -> Node | None:
    if name is None:
        return None
    node: Node | None = Node.objects.filter(name=name, enabled=True).first()
    if node is None:
        raise CommandError(f"there is no enabled node named {name}")
    return node


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text} is no moment such as 2026-01-31T10:00:00-03:00")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _exit_code(simulation: Simulation, check: LiveCheck | None) -> int:
    if check is not None and check.agreement not in {Agreement.AGREES, Agreement.NOTHING}:
        return DIFFERS
    return 0 if simulation.goes_through else STOPPED


def _told(simulation: Simulation) -> Iterator[str]:
    ends = f"{OUTCOMES[simulation.outcome]} {refusal_label(simulation.refusal)}".strip()
    yield f"{simulation.node}: {ends}" + (f" (cause {simulation.cause})" if simulation.cause else "")
    yield f"  number {simulation.number}, E.164 {simulation.normalised or 'unknown'}, caller {simulation.caller or '-'}"
    for step in simulation.steps:
        yield f"  {HOPS[step.hop]}: {step.number}@{step.context} {step.name}".rstrip()
    for route in simulation.routes:
        if route.fits:
            yield f"  route {route.priority} {route.pattern} {route.name}: {ROUTE_REASONS[route.reason]}"
    if simulation.authorization is not None:
        yield from _told_of_authorization(simulation.authorization)
    for attempt in simulation.attempts:
        yield _told_of_attempt(attempt)
    yield from (f"  rings {target}" for target in simulation.targets)
    if simulation.goes_through:
        yield _told_of_money(simulation)


def _told_of_authorization(said: Authorization) -> Iterator[str]:
    if not said.allowed:
        yield f"  authorizer: refused, {REFUSED[said.reason]} {said.detail}".rstrip()
    else:
        available = f"{said.cap_left} {said.currency} up to the cap"
        if said.available is not None:
            available = f"{said.available} {said.currency} available, {available}"
        yield f"  authorizer: allowed, {said.longest_seconds} s at most, {available}"
    for left_out in said.left_out:
        yield f"  left out: {left_out.gateway}, {LEFT_OUT[left_out.reason]}"


def _told_of_attempt(attempt: Attempt) -> str:
    share = f" ({attempt.share:.0f} %)" if attempt.share is not None else ""
    expected = ""
    if attempt.expected_cost is not None:
        expected = f", {attempt.expected_cost} {attempt.expected_currency} for the expected call"
    cost = f", costs {attempt.money.cost} {attempt.money.cost_currency}" if attempt.money.cost is not None else ""
    seen = f"{attempt.sent_number} from {attempt.caller}"
    return (
        f"  {attempt.number}. {attempt.gateway}{share} is sent {seen}, rings {attempt.ring_seconds} s{cost}{expected}"
    )


def _told_of_money(simulation: Simulation) -> str:
    bill = simulation.bill
    if bill.tariff is None:
        return f"  no price: {bill.unrated_reason}"
    return f"  price {bill.price} {bill.currency} for {bill.billed_seconds} s by tariff {bill.tariff.pattern}"


def _told_of_node(check: LiveCheck) -> Iterator[str]:
    yield f"{check.node}: {check.agreement}, {check.compared} places compared {check.reason}".rstrip()
    for difference in check.differences:
        yield f"  {difference.place}"
        yield from (f"    {line}" for line in difference.lines)
