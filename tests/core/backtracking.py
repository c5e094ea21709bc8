"""Counts the steps that a backtracking matcher takes, such as Python's own: growth is seen without a clock.

The expression becomes a program of a few instructions; where it could go on in two ways the second is kept on a stack.
Python's matcher takes some steps at once (a literal in front, a repeated set), so that it is never slower by more than
a constant: what grows with the square of the text here does so there, and what is linear here is linear there.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

parser: Any = importlib.import_module("re._parser")
names: Any = importlib.import_module("re._constants")

Caps = dict[int, int]
SEARCHING = frozenset({"search", "findall", "finditer", "sub", "subn", "split"})
_WORD = re.compile(r"\w")


class TooManySteps(Exception):
    """More steps than the limit."""


@dataclass
class Program:
    """Instructions: a name and its arguments."""

    code: list[tuple[Any, ...]] = field(default_factory=list)
    slots: int = 1000

    def add(self, *instruction: Any) -> int:
        self.code.append(instruction)
        return len(self.code) - 1


@cache
def program_of(pattern: re.Pattern[Any]) -> Program:
    """Return the program of an expression."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    program = Program()
    flags = pattern.flags if isinstance(pattern.pattern, str) else pattern.flags & ~re.UNICODE
    _sequence(parser.parse(text, flags), program, pattern.flags)
    program.add("match")
    return program


def _sequence(items: Any, program: Program, flags: int) -> None:
    for operator, argument in items:
        _emit(str(operator), argument, program, flags)


def _emit(operator: str, argument: Any, program: Program, flags: int) -> None:
    if operator in {"LITERAL", "NOT_LITERAL", "ANY", "IN", "CATEGORY"}:
        program.add("one", character_test(operator, argument, flags))
    elif operator == "SUBPATTERN":
        group, added, removed, inside = argument
        program.add("save", 2 * (group or 0))
        _sequence(inside, program, (flags | added) & ~removed)
        program.add("save", 2 * (group or 0) + 1)
    elif operator == "BRANCH":
        _branches(argument[1], program, flags)
    elif operator in {"MAX_REPEAT", "MIN_REPEAT"}:
        _repeat(argument, program, flags, greedy=operator == "MAX_REPEAT")
    else:
        program.add(*_single(operator, argument, flags))


def _single(operator: str, argument: Any, flags: int) -> tuple[Any, ...]:
    """Return the one instruction of what consumes nothing or never gives back."""
    if operator == "AT":
        return "at", str(argument), flags
    if operator in {"ASSERT", "ASSERT_NOT"}:
        direction, inside = argument
        return "look", _inner(inside, flags), operator == "ASSERT", direction, inside.getwidth()[0]
    if operator == "ATOMIC_GROUP":
        return "atomic", _inner(argument, flags)
    if operator == "POSSESSIVE_REPEAT":
        return "atomic", _inner([("MAX_REPEAT", argument)], flags)
    if operator == "GROUPREF":
        return "again", argument
    raise NotImplementedError(operator)


def _inner(items: Any, flags: int) -> Program:
    inner = Program()
    _sequence(items, inner, flags)
    inner.add("match")
    return inner


def _branches(branches: Any, program: Program, flags: int) -> None:
    ends = []
    for branch in branches[:-1]:
        split = program.add("split", 0, 0)
        _sequence(branch, program, flags)
        ends.append(program.add("jump", 0))
        program.code[split] = ("split", split + 1, len(program.code))
    _sequence(branches[-1], program, flags)
    for end in ends:
        program.code[end] = ("jump", len(program.code))


def _repeat(argument: Any, program: Program, flags: int, *, greedy: bool) -> None:
    least, most, inside = argument
    for _time in range(least):
        _sequence(inside, program, flags)
    if most == names.MAXREPEAT:
        _loop(inside, program, flags, greedy=greedy)
        return
    splits = []
    for _time in range(most - least):
        splits.append(program.add("split", 0, 0))
        _sequence(inside, program, flags)
    for split in splits:
        _fork(program, split, len(program.code), greedy=greedy)


def _loop(inside: Any, program: Program, flags: int, *, greedy: bool) -> None:
    program.slots += 1
    slot = program.slots
    split = program.add("split", 0, 0)
    program.add("save", slot)
    _sequence(inside, program, flags)
    program.add("progress", slot)
    program.add("jump", split)
    _fork(program, split, len(program.code), greedy=greedy)


def _fork(program: Program, split: int, after: int, *, greedy: bool) -> None:
    program.code[split] = ("split", split + 1, after) if greedy else ("split", after, split + 1)


def character_test(operator: str, argument: Any, flags: int) -> Callable[[str], bool]:
    """Return what tells whether one character is taken by a literal, a set, a category or a dot."""
    if operator == "IN":
        members = [_member(str(kind), value, flags) for kind, value in argument if str(kind) != "NEGATE"]
        wanted = str(argument[0][0]) != "NEGATE"
        return cache(lambda one: any(member(one) for member in members) == wanted)
    return cache(_member(operator, argument, flags))


def _member(operator: str, argument: Any, flags: int) -> Callable[[str], bool]:
    if operator == "LITERAL":
        return lambda one: _folded(one, flags) == _folded(chr(argument), flags)
    if operator == "NOT_LITERAL":
        return lambda one: _folded(one, flags) != _folded(chr(argument), flags)
    if operator == "RANGE":
        first, last = argument
        return lambda one: first <= ord(one) <= last or (bool(flags & re.IGNORECASE) and _swapped(one, first, last))
    if operator == "ANY":
        return lambda one: one != "\n" or bool(flags & re.DOTALL)
    kinds: dict[str, Callable[[str], bool]] = {
        "DIGIT": lambda one: one.isdigit(),
        "SPACE": lambda one: one.isspace(),
        "WORD": lambda one: _WORD.match(one) is not None,
    }
    kind = str(argument).removeprefix("CATEGORY_")
    inner = kinds[kind.removeprefix("NOT_")]
    return inner if not kind.startswith("NOT_") else lambda one: not inner(one)


def _folded(one: str, flags: int) -> str:
    return one.lower() if flags & re.IGNORECASE else one


def _swapped(one: str, first: int, last: int) -> bool:
    return any(len(other) == 1 and first <= ord(other) <= last for other in (one.lower(), one.upper()))


@dataclass
class Matcher:
    """Runs a program over a text; `steps` are those of all runs."""

    text: str
    limit: int
    steps: int = 0

    def run(self, program: Program, start: int, *, full: bool = False, caps: Caps | None = None) -> int | None:
        """Return where the match from `start` ends, or None."""
        waiting: list[tuple[int, int, Caps]] = [(0, start, caps or {})]
        while waiting:
            place, position, saved = waiting.pop()
            end = self._follow(program, place, position, saved, waiting, full=full)
            if end is not None:
                return end
        return None

    def _follow(
        self, program: Program, place: int, at: int, saved: Caps, waiting: list[Any], *, full: bool
    ) -> int | None:
        code, text, size = program.code, self.text, len(self.text)
        while self.steps < self.limit:
            self.steps += 1
            instruction = code[place]
            name = instruction[0]
            place += 1
            if name == "one":
                moved = at + 1 if at < size and instruction[1](text[at]) else None
            elif name == "split":
                waiting.append((instruction[2], at, saved))
                place = instruction[1]
                continue
            elif name == "jump":
                place = instruction[1]
                continue
            elif name == "save":
                saved = {**saved, instruction[1]: at}
                continue
            elif name == "match":
                return at if not full or at == size else None
            else:
                moved = self._consume(name, instruction[1:], at, saved)
            if moved is None:
                return None
            at = moved
        raise TooManySteps

    def _consume(self, name: str, arguments: tuple[Any, ...], at: int, saved: Caps) -> int | None:
        if name == "progress":
            return at if saved[arguments[0]] != at else None
        if name == "at":
            return at if self._is_at(arguments[0], arguments[1], at) else None
        if name == "atomic":
            return self.run(arguments[0], at)
        if name == "again":
            part = self.text[saved[2 * arguments[0]] : saved[2 * arguments[0] + 1]]
            return at + len(part) if self.text.startswith(part, at) else None
        inner, wanted, direction, width = arguments
        begin = at if direction > 0 else at - width
        found = begin >= 0 and self.run(inner, begin) is not None
        return at if found == wanted else None

    def _is_at(self, kind: str, flags: int, at: int) -> bool:
        text, size = self.text, len(self.text)
        lines = bool(flags & re.MULTILINE)
        if kind == "AT_BEGINNING":
            return at == 0 or (lines and text[at - 1] == "\n")
        if kind == "AT_END":
            return at == size or (at == size - 1 and text[at] == "\n") or (lines and text[at] == "\n")
        if kind in {"AT_BOUNDARY", "AT_NON_BOUNDARY"}:
            before = at > 0 and _WORD.match(text[at - 1]) is not None
            after = at < size and _WORD.match(text[at]) is not None
            return (before != after) == (kind == "AT_BOUNDARY")
        return at == (0 if kind == "AT_BEGINNING_STRING" else size)


def steps_of(pattern: re.Pattern[Any], method: str, text: str, limit: int) -> int:
    """Return the steps of `pattern.method(text)`; raise TooManySteps past the limit."""
    program, matcher = program_of(pattern), Matcher(text, limit)
    if method not in SEARCHING:
        matcher.run(program, 0, full=method == "fullmatch")
        return matcher.steps
    start = 0
    while start <= len(text):
        end = matcher.run(program, start)
        if end is not None and method == "search":
            break
        start = start + 1 if end is None or end == start else end
    return matcher.steps
