"""The attempts of a call: which gateway is tried when, what it is sent, and what the call costs there. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from asterisk_sync.simulator.authorization import evaluation_of, gateways_in_order
from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.results import AppliedTariff, Attempt, Bill, Money, SimulatedCall
from asterisk_sync.simulator.route_evaluation import routes_taken
from asterisk_sync.simulator.trace import CallTrace
from asterisk_sync.snapshot.values import GatewaySnapshot, RouteSnapshot, RouteStepSnapshot
from billing.authorization.calls.explanation import Explanation
from billing.rating.called_numbers import origin_of
from billing.rating.calls import CallFacts, PricedCall, ProviderCost, price_call
from routing.numbers import KEEP, SPELT, Rewriting, plain_dialled, present_caller_id, rewrite_number
from routing.route_lines import written_for
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.spelling import spell


def plan_attempts(
    call_context: CallContext, call: SimulatedCall, trace: CallTrace, answer: Explanation | None
) -> tuple[Attempt, ...]:
    """Return every attempt in order, as if each one failed.

    Gateways that are drawn by weight are in the order of the route, with the chance of each to be the first.
    """
    if trace.path is None:
        return ()
    facts = _facts(call, trace, call_context)
    tries = [
        (route, step) for route in _as_answered(routes_taken(trace.path, trace.key), answer) for step in route.steps
    ]
    attempts = (
        (_attempt(number, route, step, call_context, facts, trace), evaluation_of(answer, route, step.gateway))
        for number, (route, step) in enumerate(tries, start=1)
    )
    return tuple(
        replace(attempt, expected_cost=evaluation.cost, expected_currency=evaluation.currency)
        if evaluation
        else attempt
        for attempt, evaluation in attempts
    )


def _as_answered(routes: Iterable[RouteSnapshot], answer: Explanation | None) -> Iterator[RouteSnapshot]:
    """Yield the routes with the steps that are tried, in the order that the authorizer's answer gives them."""
    for route in routes:
        by_name = {step.gateway: step for step in route.steps}
        yield replace(route, steps=tuple(by_name[name] for name in gateways_in_order(route, answer)))


def _attempt(
    number: int,
    route: RouteSnapshot,
    step: RouteStepSnapshot,
    call_context: CallContext,
    facts: CallFacts,
    trace: CallTrace,
) -> Attempt:
    gateway = call_context.gateways[step.gateway]
    provider = call_context.providers.get(gateway.name)
    peer = call_context.gateway_statuses.get(gateway.name)
    names = {known.id: known.name for known in call_context.routes}
    return Attempt(
        number=number,
        route=route.id,
        route_name=names.get(route.id, route.pattern),
        gateway=gateway.name,
        gateway_id=gateway.id,
        provider=provider.name if provider else "",
        address=f"{gateway.host}:{gateway.port}",
        sent_number=sent_number(trace, route, gateway, call_context.snapshot.plan),
        caller=sent_caller(trace, route, gateway, call_context.snapshot.plan),
        caller_is_kept=gateway.caller_id_rule == KEEP and not route.caller_id_number,
        ring_seconds=route.ring_seconds,
        channel_limit=gateway.channel_limit,
        channels_in_use=peer.channels if peer else None,
        reachable=peer.reachable if peer else None,
        share=_share(route, step),
        reroute_forbidden=gateway.reroute_forbidden,
        money=_money(facts, call_context, provider.cost if provider else None),
    )


def sent_number(trace: CallTrace, route: RouteSnapshot, gateway: GatewaySnapshot, plan: NumberingPlan) -> str:
    """Return the number that the gateway is sent: in its format, rewritten by the route and by the gateway."""
    if trace.called is None:
        return ""
    form = SPELT.get(gateway.sent_format)
    if form is None:
        number = written_for(route.pattern, trace.key, plain_dialled(trace.number, plan), plan)
    else:
        number = spell(trace.called, form, plan, gateway.carrier_code)
    rewriting = Rewriting(route.strip_digits, route.prepend, gateway.strip_digits, gateway.prepend, gateway.tech_prefix)
    return rewrite_number(number, rewriting)


def sent_caller(trace: CallTrace, route: RouteSnapshot, gateway: GatewaySnapshot, plan: NumberingPlan) -> str:
    """Return the caller that the gateway is shown."""
    shown = route.caller_id_number or trace.caller
    return present_caller_id(shown, gateway.caller_id_rule, plan, gateway.caller_id_number, home_area=trace.home_area)


def _share(route: RouteSnapshot, step: RouteStepSnapshot) -> Decimal | None:
    whole = sum(other.weight for other in route.steps)
    return Decimal(100 * step.weight) / whole if route.by_weight and whole else None


def _facts(call: SimulatedCall, trace: CallTrace, call_context: CallContext) -> CallFacts:
    customer = trace.customer
    own_number = customer.caller_id_number if customer else ""
    return CallFacts(
        direction=trace.direction,
        number=trace.key,
        at=call.at,
        billable_seconds=Decimal(call.duration_seconds),
        provider_cost=None,
        origin=origin_of(trace.caller, own_number, call_context.snapshot.plan, home_area=trace.home_area),
        plan_id=call_context.plans.get(customer.code) if customer else None,
    )


def _money(facts: CallFacts, call_context: CallContext, cost: ProviderCost | None) -> Money:
    priced = price_call(facts._replace(provider_cost=cost), call_context.prices)
    return Money(
        price=priced.price,
        currency=priced.currency,
        cost=priced.cost,
        cost_currency=priced.cost_currency,
        cost_source=priced.cost_source,
        margin=priced.margin,
    )


def make_bill(call_context: CallContext, call: SimulatedCall, trace: CallTrace) -> Bill:
    """Return what the customer is charged, which does not depend on the gateway."""
    facts = _facts(call, trace, call_context)
    priced = price_call(facts, call_context.prices)
    return Bill(
        tariff=_tariff(priced, facts, call_context),
        billed_seconds=priced.billed_seconds,
        price=priced.price,
        currency=priced.currency,
        unrated_reason=priced.unrated_reason,
    )


def _tariff(priced: PricedCall, facts: CallFacts, call_context: CallContext) -> AppliedTariff | None:
    if not priced.tariff_id:
        return None
    tariff = call_context.prices.match(facts.number, facts.at, facts.origin, facts.plan_id)
    return AppliedTariff(tariff.id, tariff.pattern, tariff.sell_text, tariff.effective_from) if tariff else None
