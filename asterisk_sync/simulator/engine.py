"""A call and its context in, what would become of it out. Pure: no database, no clock, no node."""

from dataclasses import replace

from asterisk_sync.simulator.attempts import make_bill, plan_attempts
from asterisk_sync.simulator.authorization import authorization_of, explain_answer, is_asked
from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.results import CallRefusal, EvaluatedRoute, Limits, Outcome, SimulatedCall, Simulation
from asterisk_sync.simulator.route_evaluation import evaluate_routes
from asterisk_sync.simulator.trace import CallTrace, trace_call


def simulate(call: SimulatedCall, call_context: CallContext) -> Simulation:
    """Return what would become of the call.

    1. Follow it through the dialplan until a route is looked for, or its end.
    2. Where the dialplan would ask the authorizer, ask its rules, which may refuse the call or change its gateways.
    3. Evaluate every route, and plan the attempts where the call is sent.
    4. Price it.
    """
    trace = trace_call(call, call_context)
    asks = is_asked(trace)
    answer = explain_answer(call_context, call, trace) if asks else None
    authorization = authorization_of(call_context, trace, answer) if answer else None
    if answer is not None and answer.refusal is not None:
        trace = replace(trace, outcome=Outcome.REFUSED, refusal=CallRefusal.NOT_AUTHORIZED, cause=answer.refusal.cause)
    is_sent = trace.outcome == Outcome.SENT
    return Simulation(
        node=call_context.node,
        question=call,
        direction=trace.direction,
        customer=trace.customer.code if trace.customer else call.customer,
        number=trace.number,
        normalised=trace.key,
        is_emergency=trace.is_emergency,
        caller=trace.caller,
        context=trace.context,
        outcome=trace.outcome,
        refusal=trace.refusal,
        cause=trace.cause,
        steps=trace.steps,
        targets=trace.targets,
        routes=_evaluated(call_context, trace),
        attempts=plan_attempts(call_context, call, trace, answer) if is_sent else (),
        limits=_limits(call_context, trace),
        bill=make_bill(call_context, call, trace),
        is_asked=asks,
        authorization=authorization,
    )


def _evaluated(call_context: CallContext, trace: CallTrace) -> tuple[EvaluatedRoute, ...]:
    customer = trace.customer
    if customer is None:
        return ()
    path = trace.path or call_context.plan.search_path_of(customer.code)
    searched = trace.path is not None and trace.refusal is None
    return evaluate_routes(call_context, path, trace.key, customer.code, searched=searched)


def _limits(call_context: CallContext, trace: CallTrace) -> Limits | None:
    customer = trace.customer
    if customer is None:
        return None
    in_use = None if call_context.calls is None else call_context.calls.get(customer.code, 0)
    return Limits(customer.channel_limit, in_use, customer.calls_per_second)
