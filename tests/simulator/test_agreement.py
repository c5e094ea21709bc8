"""Simulator, pure selection and live Asterisk agree over generated route sets."""

import os
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.engine import simulate
from asterisk_sync.simulator.results import Outcome, SimulatedCall, Simulation
from deploy.trial.asterisk import AsteriskInstance
from routing import numbers
from routing.selection import matching_routes
from tests.routing.oracles import select_attempts
from tests.simulator import battery
from tests.simulator.worlds import World, a_world, worlds
from voipadmin.core.numbers.reading import read_number

pytestmark = pytest.mark.slow(seconds=1)

# Of every run; `AGREEMENT_SETS=1000 pytest tests/simulator/test_agreement.py` compares as many as that.
SETS = int(os.environ.get("AGREEMENT_SETS", "300"))


@given(worlds())
@settings(deadline=None)
def test_the_simulator_tries_what_selection_selects(world: World) -> None:
    routes = world.call_context.snapshot.routes
    for question in world.questions:
        told = simulate(question, world.call_context)
        if told.outcome != Outcome.SENT:
            assert told.attempts == ()
            continue
        assert [route.id for route in told.taken] == [
            route.id for route in matching_routes(routes, told.normalised, told.customer)
        ]
        assert [(attempt.route, attempt.gateway) for attempt in told.attempts] == [
            (attempt.route, attempt.gateway) for attempt in select_attempts(routes, told.normalised, told.customer)
        ]


@given(worlds())
@settings(deadline=None)
def test_every_route_is_considered_once_and_each_has_one_reason(world: World) -> None:
    for question in world.questions:
        told = simulate(question, world.call_context)
        if told.routes:
            assert {route.id for route in told.routes} == {route.id for route in world.call_context.routes}
            assert len(told.routes) == len(world.call_context.routes)
        assert [route.reason.value for route in told.taken][:1] in ([], ["first"])


@pytest.mark.slow
def test_asterisk_agrees_over_hundreds_of_generated_sets(asterisk: AsteriskInstance) -> None:
    figures = battery.run(asterisk, SETS, number=20_260_111)
    print(figures)
    assert figures.disagreements[:1] == []
    assert figures.sets == SETS
    assert figures.outcomes[Outcome.SENT] > SETS // 2
    assert figures.asked > SETS // 10
    assert figures.most_routes >= 4, "the sets did not overlap enough to say anything"


def _wrong_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(question: SimulatedCall, call_context: CallContext) -> Simulation:
        told = simulate(question, call_context)
        return replace(told, attempts=told.attempts[::-1])

    monkeypatch.setattr(battery, "simulate", backwards)


def _no_rewriting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asterisk_sync.simulator.attempts.rewrite_number", lambda number, _rewriting: number)


def _short_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "SHORTEST_CALLER", 2)


def _never_as_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asterisk_sync.simulator.attempts.plain_dialled", lambda _dialled, _plan: "")


def _no_home_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "asterisk_sync.simulator.trace.read_number", lambda dialled, plan, **_home_area: read_number(dialled, plan)
    )


def _nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asterisk_sync.simulator.engine.is_asked", lambda _trace: False)


@pytest.mark.parametrize(
    "make_wrong",
    [_wrong_order, _no_rewriting, _short_callers, _never_as_dialled, _no_home_area, _nobody_asked],
)
def test_the_comparison_finds_a_simulator_that_is_wrong(
    asterisk: AsteriskInstance, monkeypatch: pytest.MonkeyPatch, make_wrong: Callable[[pytest.MonkeyPatch], None]
) -> None:
    make_wrong(monkeypatch)
    assert battery.run(asterisk, 100, number=1).disagreements


def test_what_is_drawn_holds_every_kind_of_call() -> None:
    draw = Random(3)  # noqa: S311 - the same worlds in every run
    drawn = [a_world(draw, 5) for _ in range(300)]
    told = [simulate(question, world.call_context) for world in drawn for question in world.questions]
    assert {item.outcome for item in told} == set(Outcome)
    assert sum(attempt.share is not None for item in told for attempt in item.attempts) > 50
