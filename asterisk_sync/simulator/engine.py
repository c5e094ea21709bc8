"""A question and a scene -> what would become of the call. Pure: no database, no clock, no node."""

from dataclasses import replace

from asterisk_sync.simulator.attempts import make_bill, plan_attempts
from asterisk_sync.simulator.authorization import ask, authorization_of, is_asked
from asterisk_sync.simulator.call_context import Scene
from asterisk_sync.simulator.results import ConsideredRoute, Limits, Outcome, Question, Refusal, Simulation
from asterisk_sync.simulator.route_evaluation import consider_routes
from asterisk_sync.simulator.trace import Journey, normalised, travel


def simulate(question: Question, scene: Scene) -> Simulation:
    """Tell what would become of the call."""
    journey = travel(question, scene)
    digits = normalised(journey, scene.snapshot.country)
    asks = journey.outcome == Outcome.SENT and is_asked(scene, journey, digits)
    answer = ask(scene, question, journey, digits) if asks else None
    authorization = authorization_of(scene, journey, answer) if answer else None
    if answer is not None and answer.refusal is not None:
        journey = replace(journey, outcome=Outcome.REFUSED, refusal=Refusal.NOT_AUTHORIZED, cause=answer.refusal.cause)
    is_sent = journey.outcome == Outcome.SENT
    return Simulation(
        node=scene.node,
        question=question,
        direction=journey.direction,
        customer=journey.customer.code if journey.customer else question.customer,
        number=journey.number,
        normalised=digits,
        is_emergency=bool({journey.number, digits} & scene.emergency_numbers),
        caller=journey.caller,
        context=journey.context,
        outcome=journey.outcome,
        refusal=journey.refusal,
        cause=journey.cause,
        steps=journey.steps,
        targets=journey.targets,
        routes=_considered(scene, journey),
        attempts=plan_attempts(scene, question, journey, digits, answer) if is_sent else (),
        limits=_limits(scene, journey),
        bill=make_bill(scene, question, journey, digits),
        is_asked=asks,
        authorization=authorization,
    )


def _considered(scene: Scene, journey: Journey) -> tuple[ConsideredRoute, ...]:
    customer = journey.customer
    if customer is None:
        return ()
    path = journey.path or scene.plan.search_path_of(customer.code)
    searched = journey.path is not None and journey.refusal is None
    return consider_routes(scene, path, journey.number, customer.code, searched=searched)


def _limits(scene: Scene, journey: Journey) -> Limits | None:
    customer = journey.customer
    if customer is None:
        return None
    in_use = None if scene.calls is None else scene.calls.get(customer.code, 0)
    return Limits(customer.channel_limit, in_use, customer.calls_per_second)
