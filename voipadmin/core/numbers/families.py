"""Whole families of digits read at once, by the rules by which one number is read: what a pattern's numbers become.

A family is so many places with the digits that each may have. Reading it gives parts: in each, every member goes by the
same rules, so that the result is written once for all of them, as places that were copied and digits that were put in.

1. The rules of a context, for one length, become a tree over the places, in which digits that lead to the same rules
   stand together, and equal branches are one.
2. A family goes down the tree; where it forks, the family is divided.
3. At the end of each way the rule rewrites the places, and the next context reads on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from voipadmin.core.numbers.patterns import Pattern, parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan, PlanRule
from voipadmin.core.numbers.reading import LONGEST_WAY

SIGNS = frozenset("0123456789+")
DIGITS = frozenset("0123456789")
PLUS = frozenset("+")
# A digit that is always the same, or the place in the family from which it is copied.
Item = str | int
Places = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Digits of one length: which of them each place may have, and what has become of them, item by item."""

    places: Places
    items: tuple[Item, ...]

    def allowed(self, item: Item) -> frozenset[str]:
        """Return the digits that an item may be."""
        return self.places[item] if isinstance(item, int) else frozenset(item)

    def limited(self, item: Item, allowed: frozenset[str]) -> "Family | None":
        """Return the members in which an item is one of `allowed`, or None where there are none."""
        if not isinstance(item, int):
            return self if item in allowed else None
        common = self.places[item] & allowed
        if not common:
            return None
        if common == self.places[item]:
            return self
        return Family((*self.places[:item], common, *self.places[item + 1 :]), self.items)

    def written(self, items: tuple[Item, ...]) -> "Family":
        """Return the family written otherwise."""
        return Family(self.places, items)

    def rewritten(self, rule: PlanRule) -> "Family":
        """Return the family as a rule writes it."""
        kept, rest = self.items[: rule.keep], self.items[rule.keep + rule.strip :]
        return self.written((*kept, *rule.prepend, *rest))

    def member(self) -> str:
        """Return one of them, with digits that look like a number's where the places leave a choice."""
        count = len(self.places)
        return "".join(_chosen(allowed, count - place) for place, allowed in enumerate(self.places))


@dataclass(frozen=True, slots=True)
class Reading:
    """What has become of a family: the key's items, and the rules on the way; unreadable without a last rule."""

    family: Family
    rules: tuple[PlanRule, ...]
    is_readable: bool


def _chosen(allowed: frozenset[str], place: int) -> str:
    liked = str(place % 10)
    return liked if liked in allowed else min(allowed - {"0", "+"} or allowed)


def families(pattern: Pattern, longest: int) -> Iterator[Family]:
    """Yield the numbers that a pattern matches, up to a length, a family for each length."""
    lengths = range(max(1, pattern.shortest), longest + 1) if pattern.tail else [len(pattern.positions)]
    for length in lengths:
        places = [allowed & SIGNS for allowed in pattern.positions]
        # A plus is read in front alone.
        places += [SIGNS if not place else DIGITS for place in range(len(places), length)]
        if all(places):
            yield Family(tuple(places), tuple(range(length)))


def read_family(family: Family, context: str, plan: NumberingPlan) -> Iterator[Reading]:
    """Yield the parts of a family, each with what a context of the plan reads it as; no caller has a home area."""
    whole: Family | None = family
    for item in family.items[1:]:
        if whole is not None and (other := whole.limited(item, PLUS)) is not None:
            yield Reading(other, (), is_readable=False)
            whole = whole.limited(item, DIGITS)
    if whole is not None and family.items:
        yield from _read_on(whole, context, plan, ())
    elif whole is not None:
        yield Reading(whole, (), is_readable=False)


def _read_on(family: Family, context: str, plan: NumberingPlan, rules: tuple[PlanRule, ...]) -> Iterator[Reading]:
    if len(rules) == LONGEST_WAY:
        yield Reading(family, rules, is_readable=False)
        return
    for part, rule in matched(family, _plan_tree(plan, context, len(family.items))):
        if rule is None or rule.completes_area:
            yield Reading(part, rules if rule is None else (*rules, rule), is_readable=False)
        elif rule.then:
            yield from _read_on(part.rewritten(rule), rule.then, plan, (*rules, rule))
        else:
            yield Reading(part.rewritten(rule), (*rules, rule), is_readable=True)


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A fork: the digits of the next place, those together that lead on alike; or the end, with its rule."""

    branches: tuple[tuple[frozenset[str], "Tree"], ...] = ()
    rule: PlanRule | None = None


_NOTHING = Tree()


def matched(family: Family, tree: Tree) -> Iterator[tuple[Family, PlanRule | None]]:
    """Yield the parts of a family with the rule that matches each first, or None."""
    yield from _down(family, tree, 0)


def _down(family: Family, tree: Tree, place: int) -> Iterator[tuple[Family, PlanRule | None]]:
    if not tree.branches:
        yield family, tree.rule
        return
    for digits, branch in tree.branches:
        part = family.limited(family.items[place], digits)
        if part is not None:
            yield from _down(part, branch, place + 1)


@lru_cache(maxsize=2_048)
def _plan_tree(plan: NumberingPlan, context: str, length: int) -> Tree:
    return tree_of([rule for part in plan.searched(context) for rule in part.rules], length)


def tree_of(rules: Sequence[PlanRule], length: int) -> Tree:
    """Return the tree of rules for digits of one length; of several that match, the first counts."""
    return _Growth(rules, length).tree()


class _Growth:
    """The making of one tree: what has been made of the rules that are left at a place, and equal branches."""

    def __init__(self, rules: Sequence[PlanRule], length: int) -> None:
        self._patterns = [parse_pattern(rule.pattern) for rule in rules]
        # What a rule does counts here, and not which of several that do the same matches.
        self._effects = [replace(rule, pattern="", kind=None, country="") for rule in rules]
        self._length = length
        self._known: dict[tuple[tuple[int, ...], int], Tree] = {}
        self._equal: dict[object, Tree] = {}

    def tree(self) -> Tree:
        fitting = [number for number, pattern in enumerate(self._patterns) if pattern.allows_length(self._length)]
        return self._grow(tuple(fitting), 0)

    def _grow(self, left: tuple[int, ...], place: int) -> Tree:
        if not left:
            return _NOTHING
        if (left, place) not in self._known:
            self._known[left, place] = self._end(left) if place == self._length else self._fork(left, place)
        return self._known[left, place]

    def _end(self, left: tuple[int, ...]) -> Tree:
        effect = self._effects[left[0]]
        return self._equal.setdefault(effect, Tree(rule=effect))

    def _fork(self, left: tuple[int, ...], place: int) -> Tree:
        by_branch: dict[Tree, frozenset[str]] = {}
        allowed = {number: self._allowed(number, place) for number in left}
        for signs in _told_apart(set(allowed.values())):
            after = tuple(number for number in left if signs <= allowed[number])
            branch = self._grow(after, place + 1)
            by_branch[branch] = by_branch.get(branch, frozenset()) | signs
        if set(by_branch) == {_NOTHING}:
            return _NOTHING
        branches = tuple((signs, branch) for branch, signs in by_branch.items())
        return self._equal.setdefault(branches, Tree(branches))

    def _allowed(self, number: int, place: int) -> frozenset[str]:
        positions = self._patterns[number].positions
        return positions[place] if place < len(positions) else SIGNS


def _told_apart(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return all signs in classes, each of which is wholly inside or wholly outside every one of the sets."""
    classes = [SIGNS]
    for one in sets:
        classes = [part for whole in classes for part in (whole & one, whole - one) if part]
    return classes
