"""The calls up now as somebody may see them: filtered, ordered, summed up, and one page of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from asterisk_sync.calls_up.filters import CallFilters, matcher
from asterisk_sync.live.calls import CallState, CallUp, new_calls_per_second
from asterisk_sync.live.calls_store import NodeCalls, told_calls
from asterisk_sync.live.hangups import HangupTarget
from asterisk_sync.models import Node
from customers.models import Customer
from voipadmin.core.viewer import Viewer, sees_everything

PER_PAGE = 50
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CallScope:
    """What somebody may see: the calls of these customers (None: all), and whether with cost, margin and gateways."""

    customers: frozenset[str] | None = None
    sees_cost: bool = True

    def sees(self, customer_id: str) -> bool:
        """Tell whether the calls of a customer are seen."""
        return self.customers is None or customer_id in self.customers

    def told(self) -> dict[str, Any]:
        """Return the scope as JSON."""
        customers = None if self.customers is None else sorted(self.customers)
        return {"customers": customers, "sees_cost": self.sees_cost}


def scope_of(user: Viewer) -> CallScope:
    """Return what `user` may see, in one query for users of customers."""
    if sees_everything(user):
        return CallScope()
    keys = Customer.objects.visible_to(user).values_list("pk", flat=True)
    return CallScope(frozenset(map(str, keys)), sees_cost=False)


def scope_told(values: Mapping[str, Any]) -> CallScope:
    """Return the scope that `CallScope.told` wrote."""
    customers = values["customers"]
    return CallScope(None if customers is None else frozenset(customers), bool(values["sees_cost"]))


class ShownCall(NamedTuple):
    """A call with its node; `silent_since` is set where the node tells nothing any more."""

    call: CallUp
    node_id: Any
    node: str
    silent_since: datetime | None = None

    @property
    def key(self) -> str:
        """Return what forms name it by: its node and its key there."""
        return f"{self.node_id} {self.call.key}"

    @property
    def target(self) -> HangupTarget:
        """Return it as what is to be ended."""
        call = self.call
        return HangupTarget(
            self.node_id, self.node, call.key, call.caller, call.called, call.customer, call.customer_id
        )


@dataclass
class CurrencySums:
    """The money of calls in one currency; `cost` and `margin` are those of calls whose cost is in it, too."""

    price: Decimal = ZERO
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    held: Decimal = ZERO


@dataclass
class CallSums:
    """What the calls come to: how many are how far, how many begin a second, and their money by currency."""

    calls: int = 0
    up: int = 0
    ringing: int = 0
    dialling: int = 0
    per_second: Decimal = ZERO
    money: dict[str, CurrencySums] = field(default_factory=lambda: defaultdict(CurrencySums))

    def add(self, call: CallUp) -> None:
        """Count a call."""
        self.calls += 1
        self.up += call.state == CallState.UP
        self.ringing += call.state == CallState.RINGING
        self.dialling += call.state == CallState.DIALLING
        if call.price is not None or call.held is not None:
            sums = self.money[call.currency]
            sums.price += call.price or ZERO
            sums.held += call.held or ZERO
            if call.margin is not None:
                sums.cost += call.cost or ZERO
                sums.margin += call.margin


@dataclass(frozen=True)
class CallsPage:
    """One page of the calls that pass the filters, in order, with the sums of all of them; `silent` nodes tell nothing.

    `customers` and `gateways` are those of all calls that may be seen, for the choices of the filters.
    """

    rows: Sequence[ShownCall]
    sums: CallSums
    page: int
    pages: int
    silent: Sequence[NodeCalls]
    unheard: Sequence[str]
    customers: Sequence[str]
    gateways: Sequence[str]


def nodes_and_calls() -> tuple[list[Node], list[NodeCalls]]:
    """Return the enabled nodes and what they told last: one query and one question to Redis."""
    nodes = list(Node.objects.filter(enabled=True).only("pk", "name"))
    return nodes, told_calls(nodes)


def calls_page(
    scope: CallScope,
    filters: CallFilters,
    now: datetime,
    nodes: Sequence[Node],
    told: Sequence[NodeCalls],
    per_page: int = PER_PAGE,
) -> CallsPage:
    """Return a page of the calls that nodes told of."""
    visible = [shown for node in told for shown in _visible(node, scope, now)]
    passes = matcher(filters)
    by_node = {node.node_id: node for node in told}
    found = [shown for shown in visible if passes(by_node[shown.node_id], shown.call)]
    sums = CallSums()
    for shown in found:
        sums.add(shown.call)
    sums.per_second = new_calls_per_second((shown.call for shown in found if not shown.silent_since), now)
    pages = max(1, -(-len(found) // per_page))
    page = min(filters.page, pages)
    heard = {node.node_id for node in told}
    return CallsPage(
        rows=_ordered(found, filters.order)[(page - 1) * per_page : page * per_page],
        sums=sums,
        page=page,
        pages=pages,
        silent=[node for node in told if node.is_silent(now)],
        unheard=[node.name for node in nodes if node.pk not in heard],
        customers=sorted({shown.call.customer for shown in visible if shown.call.customer}),
        gateways=sorted({shown.call.gateway for shown in visible if shown.call.gateway}),
    )


def _visible(told: NodeCalls, scope: CallScope, now: datetime) -> Iterable[ShownCall]:
    since = told.taken_at if told.is_silent(now) else None
    for call in told.calls:
        if scope.sees(call.customer_id):
            shown = call if scope.sees_cost else without_cost(call)
            yield ShownCall(shown, told.node_id, told.node if scope.sees_cost else "", since)


def without_cost(call: CallUp) -> CallUp:
    """Return a call as its customer may see it: without cost and margin, gateway and route."""
    return call._replace(cost=None, cost_currency="", margin=None, gateway="", gateway_id="", route_id="")


def _ordered(rows: list[ShownCall], order: str) -> list[ShownCall]:
    name = order.removeprefix("-")
    rows = sorted(rows, key=lambda row: (row.call.started_at, row.call.key))
    if name == "started":
        return rows[::-1] if order.startswith("-") else rows
    if name in {"customer", "gateway"}:
        return sorted(rows, key=lambda row: str(getattr(row.call, name)))
    # Calls without an amount come last, whichever way.
    amounts = [row for row in rows if getattr(row.call, name) is not None]
    amounts.sort(key=lambda row: getattr(row.call, name), reverse=order.startswith("-"))
    return [*amounts, *(row for row in rows if getattr(row.call, name) is None)]


def calls_by_key(scope: CallScope, keys: Iterable[str], now: datetime) -> tuple[list[ShownCall], list[str]]:
    """Return the calls of these keys that somebody may see, and the keys of those that are over, or never were."""
    visible = {
        shown.key: shown
        for node in told_calls(Node.objects.filter(enabled=True).only("pk"))
        for shown in _visible(node, scope, now)
    }
    wanted = list(dict.fromkeys(keys))
    return [visible[key] for key in wanted if key in visible], [key for key in wanted if key not in visible]
