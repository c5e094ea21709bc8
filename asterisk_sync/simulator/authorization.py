"""What the authorizer would say to a call about which the dialplan asks. Pure."""

from collections.abc import Iterator, Sequence

from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.results import Authorization, LeftOutGateway, Outcome, SimulatedCall
from asterisk_sync.simulator.route_evaluation import routes_taken
from asterisk_sync.simulator.trace import CallTrace
from asterisk_sync.snapshot.values import RouteSnapshot
from billing.authorization.calls.explanation import CarrierEvaluation, Explanation, explain
from billing.authorization.rules.values import CallRequest, CarrierSelection
from routing.numbers import filter_dialled


def is_asked(trace: CallTrace) -> bool:
    """Tell whether the dialplan asks: about every call that goes out, but to emergency lines."""
    return trace.outcome == Outcome.SENT and not trace.is_emergency


def explain_answer(call_context: CallContext, call: SimulatedCall, trace: CallTrace) -> Explanation | None:
    """Return what the authorizer would answer, None where nothing is known of accounts."""
    customer = trace.customer
    if call_context.rule_set is None or customer is None:
        return None
    caller = filter_dialled(trace.caller)
    request = CallRequest(customer.id, trace.key, call.at, caller)
    return explain(call_context.rule_set, request, call_context.funds.get(customer.id))


def gateways_in_order(route: RouteSnapshot, answer: Explanation | None) -> Sequence[str]:
    """Return the node's gateways of a route as they are tried: in its own order, or as the answer orders them."""
    own = tuple(step.gateway for step in route.steps)
    answered = answer.routes.get(route.id) if answer else None
    if answered is None or not answered.differs_from_dialplan:
        return own
    left = [carrier.gateway for carrier in answered.carriers]
    if answered.selection is CarrierSelection.COST:
        return [gateway for gateway in left if gateway in own]
    return [gateway for gateway in own if gateway in left]


def evaluation_of(answer: Explanation | None, route: RouteSnapshot, gateway: str) -> CarrierEvaluation | None:
    """Return what the expected call costs with a gateway, where that was asked."""
    evaluations = answer.evaluations.get(route.id, ()) if answer else ()
    return next((item for item in evaluations if item.gateway == gateway), None)


def authorization_of(call_context: CallContext, trace: CallTrace, answer: Explanation) -> Authorization:
    """Return the answer as it is shown."""
    refusal = answer.refusal
    return Authorization(
        allowed=refusal is None,
        reason=refusal.reason.value if refusal else "",
        detail=refusal.detail if refusal else "",
        expected_seconds=answer.expected_seconds,
        price=answer.price,
        currency=answer.currency,
        available=answer.available,
        cap_left=answer.cap_left,
        first_seconds=answer.first.seconds if answer.first else None,
        longest_seconds=answer.longest.seconds if answer.longest else None,
        left_out=tuple(_left_out(call_context, trace, answer)),
    )


def _left_out(call_context: CallContext, trace: CallTrace, answer: Explanation) -> Iterator[LeftOutGateway]:
    names = {known.id: known.name for known in call_context.routes}
    routes = routes_taken(trace.path, trace.key) if trace.path else []
    for route in routes:
        for step in route.steps:
            item = evaluation_of(answer, route, step.gateway)
            if item is not None and item.left_out is not None:
                name = names.get(route.id, route.pattern)
                yield LeftOutGateway(route.id, name, item.gateway, item.left_out, item.cost, item.currency)
