"""Exact Asterisk patterns of regular expressions over digits, by an automaton.

An Asterisk pattern is one set of digits for each position, an expression has alternatives and optional parts. So:
1. each expression becomes a nondeterministic automaton over the ten digits;
2. all of them are run side by side over every string of digits at once (subset construction), up to a length, and each
   string gets one label by which expressions match it;
3. states from which the same labels follow become one (the automaton has no circles, so from the end backwards);
4. every way to a labelled state is one pattern: digits that lead to the same state stand in one class.
No two patterns of the result match the same digits, so their order does not matter.
"""

import re._parser as expression_parser  # type: ignore[import-not-found]  # the parse tree has no public module
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from voipadmin.core.numbers.patterns import Pattern, pattern_of

DIGITS = "0123456789"

Label = TypeVar("Label")
Way = tuple[frozenset[str], ...]
Labeller = Callable[[frozenset[str], int], Label | None]


@dataclass
class _Machine:
    """A nondeterministic automaton: per state its steps by digit, and its steps that need none."""

    steps: list[dict[str, set[int]]] = field(default_factory=list)
    free: list[set[int]] = field(default_factory=list)

    def state(self) -> int:
        self.steps.append(defaultdict(set))
        self.free.append(set())
        return len(self.steps) - 1

    def closure(self, states: set[int]) -> frozenset[int]:
        """Return the states with all that can be reached from them without a digit."""
        found, waiting = set(states), list(states)
        while waiting:
            for reached in self.free[waiting.pop()] - found:
                found.add(reached)
                waiting.append(reached)
        return frozenset(found)

    def after(self, states: frozenset[int], digit: str) -> frozenset[int]:
        """Return the states that follow behind a digit."""
        return self.closure({reached for state in states for reached in self.steps[state].get(digit, ())})


def _build(machine: _Machine, tree: Any, begin: int) -> int:
    """Add a parsed expression behind `begin`, return the state it ends in; raise ValueError for other syntax."""
    for operation, value in tree:
        begin = _build_item(machine, str(operation), value, begin)
    return begin


def _build_item(machine: _Machine, operation: str, value: Any, begin: int) -> int:
    if operation in {"LITERAL", "IN"}:
        end = machine.state()
        for digit in _allowed(operation, value):
            machine.steps[begin][digit].add(end)
        return end
    if operation == "SUBPATTERN":
        return _build(machine, value[-1], begin)
    if operation == "BRANCH":
        end = machine.state()
        for alternative in value[1]:
            machine.free[_build(machine, alternative, begin)].add(end)
        return end
    if operation == "MAX_REPEAT":
        return _build_repeat(machine, value, begin)
    raise ValueError(f"an expression of digits has no {operation}")


def _build_repeat(machine: _Machine, value: Any, begin: int) -> int:
    least, most, tree = value
    for _turn in range(least):
        begin = _build(machine, tree, begin)
    end = machine.state()
    machine.free[begin].add(end)
    for _turn in range(most - least):
        begin = _build(machine, tree, begin)
        machine.free[begin].add(end)
    return end


def _allowed(operation: str, value: Any) -> set[str]:
    if operation == "LITERAL":
        return {chr(value)}
    allowed: set[str] = set()
    for kind, inside in value:
        if str(kind) == "LITERAL":
            allowed.add(chr(inside))
        elif str(kind) == "RANGE":
            allowed.update(chr(code) for code in range(inside[0], inside[1] + 1))
        elif str(kind) == "CATEGORY" and str(inside) == "CATEGORY_DIGIT":
            allowed.update(DIGITS)
        else:
            raise ValueError(f"a class of digits has no {kind}")
    return allowed


@dataclass(frozen=True)
class _State(Generic[Label]):
    """A state of the finished automaton: its label, where a string may end here, and the next state of each digit."""

    label: Label | None
    next_states: tuple["_State[Label] | None", ...]


class _Construction(Generic[Label]):
    """The subset construction; states from which the same follows are one object."""

    def __init__(self, expressions: Mapping[str, str], label_of: Labeller[Label], longest: int) -> None:
        self.machine = _Machine()
        self.label_of = label_of
        self.longest = longest
        begins = {name: self.machine.state() for name in expressions}
        self.ends = {
            _build(self.machine, expression_parser.parse(text), begins[name]): name
            for name, text in expressions.items()
        }
        self.known: dict[tuple[int, frozenset[int]], _State[Label] | None] = {}
        self.same: dict[tuple[Label | None, tuple[int, ...]], _State[Label]] = {}
        self.first = self.state_of(self.machine.closure(set(begins.values())), 0)

    def state_of(self, states: frozenset[int], length: int) -> _State[Label] | None:
        """Return the state behind `length` digits, or None where no labelled string goes on from it."""
        if not states or length > self.longest:
            return None
        if (length, states) not in self.known:
            self.known[length, states] = self._made(states, length)
        return self.known[length, states]

    def _made(self, states: frozenset[int], length: int) -> _State[Label] | None:
        next_states = tuple(self.state_of(self.machine.after(states, digit), length + 1) for digit in DIGITS)
        matched = frozenset(self.ends[state] for state in states if state in self.ends)
        label = self.label_of(matched, length) if matched else None
        if label is None and not any(next_states):
            return None
        return self.same.setdefault((label, tuple(map(id, next_states))), _State(label, next_states))


def labelled_patterns(
    expressions: Mapping[str, str], label_of: Labeller[Label], longest: int
) -> list[tuple[Pattern, Label]]:
    """Return patterns with the label of what they match: the strings of at most `longest` digits that have a label.

    `label_of` is given the names of the expressions that match a whole string, and its length; None is no label.
    """
    first = _Construction(expressions, label_of, longest).first
    return [(pattern_of(way), label) for way, label in _ways(first)] if first is not None else []


def _ways(state: _State[Label]) -> Iterator[tuple[Way, Label]]:
    if state.label is not None:
        yield (), state.label
    digits: dict[int, set[str]] = defaultdict(set)
    for digit, reached in zip(DIGITS, state.next_states, strict=True):
        if reached is not None:
            digits[id(reached)].add(digit)
    for key, reached in {id(reached): reached for reached in state.next_states if reached is not None}.items():
        for rest, label in _ways(reached):
            yield (frozenset(digits[key]), *rest), label
