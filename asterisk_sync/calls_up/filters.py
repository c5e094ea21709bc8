"""The filters of the calls up now, from the address of page or API: what makes no sense is said and left out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from asterisk_sync.live.calls import CallState
from asterisk_sync.live.calls_store import NodeCalls
from billing.models import Direction

LONGEST = 100
LAST_PAGE = 10_000
ORDERS = ("started", "-started", "customer", "gateway", "price", "-price", "margin", "-margin")


@dataclass(frozen=True, slots=True)
class CallFilters:
    """What narrows the calls; empty texts narrow nothing. `number` is found in either number, `customer` is a code."""

    customer: str = ""
    gateway: str = ""
    number: str = ""
    node: str = ""
    state: str = ""
    direction: str = ""
    order: str = "started"
    page: int = 1

    @property
    def active_count(self) -> int:
        """Return how many filters narrow the calls."""
        narrowing = (self.customer, self.gateway, self.number, self.node, self.state, self.direction)
        return sum(1 for value in narrowing if value)

    def told(self) -> dict[str, Any]:
        """Return the filters by name, without those that narrow nothing."""
        return {name: value for name, value in asdict(self).items() if value != getattr(EVERYTHING, name)}


EVERYTHING = CallFilters()


def read_filters(given: Mapping[str, str]) -> tuple[CallFilters, list[str]]:
    """Return the filters that make sense, and a sentence for each that does not."""
    problems: list[str] = []
    texts = {name: str(given.get(name, "")).strip()[:LONGEST] for name in ("customer", "gateway", "node")}
    number = "".join(character for character in str(given.get("number", ""))[:LONGEST] if character.isdecimal())
    if given.get("number", "").strip() and not number:
        problems.append(_("“%(value)s” holds no digits of a number.") % {"value": given["number"][:LONGEST]})
    chosen = {
        "state": _choice(given, "state", [state.value for state in CallState], problems),
        "direction": _choice(given, "direction", Direction.values, problems),
        "order": _choice(given, "order", ORDERS, problems) or EVERYTHING.order,
    }
    return CallFilters(**texts, number=number, page=_page(given.get("page", ""), problems), **chosen), problems


def _choice(given: Mapping[str, str], name: str, choices: Any, problems: list[str]) -> str:
    value = str(given.get(name, "")).strip()
    if value and value not in choices:
        problems.append(_("“%(value)s” is nothing that calls can be filtered or ordered by.") % {"value": value[:40]})
        return ""
    return value


def _page(text: str, problems: list[str]) -> int:
    if not text:
        return 1
    if text.isdecimal() and len(text) <= len(str(LAST_PAGE)) and 1 <= int(text) <= LAST_PAGE:
        return int(text)
    problems.append(_("“%(value)s” is no page.") % {"value": text[:40]})
    return 1


def matcher(filters: CallFilters) -> Callable[[NodeCalls, Any], bool]:
    """Return a function that tells whether a call of a node passes the filters."""
    customer, gateway, node = filters.customer.lower(), filters.gateway.lower(), filters.node.lower()

    def passes(told: NodeCalls, call: Any) -> bool:
        return (
            (not customer or call.customer.lower() == customer)
            and (not gateway or call.gateway.lower() == gateway)
            and (not node or told.node.lower() == node)
            and (not filters.state or call.state == filters.state)
            and (not filters.direction or call.direction == filters.direction)
            and (not filters.number or filters.number in call.caller or filters.number in call.called)
        )

    return passes
