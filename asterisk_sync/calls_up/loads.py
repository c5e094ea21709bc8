"""How much of their limits gateways, customers and nodes use now: channels, and new calls per second."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from asterisk_sync.live.calls import CallUp, new_calls_per_second
from asterisk_sync.live.calls_store import NodeCalls
from customers.models import Customer
from routing.models import Gateway

# Names and limits of an object are looked up again after so long.
KNOWN_SECONDS = 10.0
# So many of each kind are shown, the fullest first.
SHOWN = 6
NEARLY_FULL = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Load:
    """Calls of something against its limit, which holds on each node by itself; `limit` is None where it has none."""

    name: str
    url: str
    node: str
    calls: int
    limit: int | None
    per_second: Decimal = Decimal(0)
    per_second_limit: int | None = None

    @property
    def share(self) -> Decimal:
        """Return the part of the limit that is used: the larger of channels and calls per second, 1 at most."""
        shares = [Decimal(0)]
        if self.limit:
            shares.append(Decimal(self.calls) / self.limit)
        if self.per_second_limit:
            shares.append(self.per_second / self.per_second_limit)
        return min(max(shares), Decimal(1))

    @property
    def percent(self) -> int:
        """Return the share in percent."""
        return int(self.share * 100)

    @property
    def tone(self) -> str:
        """Return how serious it is: bad at the limit, warn from four fifths on."""
        return "bad" if self.share >= 1 else "warn" if self.share >= NEARLY_FULL else "ok"


@dataclass(frozen=True, slots=True)
class Loads:
    """The fullest gateways and customers, and all nodes."""

    nodes: Sequence[Load] = ()
    gateways: Sequence[Load] = ()
    customers: Sequence[Load] = ()


def loads_of(told: Iterable[NodeCalls], now: datetime) -> Loads:
    """Return the loads of what nodes that answer tell, with two queries at most, for what is not known yet."""
    answering = [node for node in told if not node.is_silent(now)]
    several = len(answering) > 1
    gateways = Counter((node.node, call.gateway_id) for node in answering for call in node.calls if call.gateway)
    customers = Counter((node.node, call.customer_id) for node in answering for call in node.calls if call.customer)
    return Loads(
        nodes=[
            Load(node.node, "", "", len(node.calls), None, new_calls_per_second(node.calls, now)) for node in answering
        ],
        gateways=_gateways(gateways, several=several) if gateways else (),
        customers=_customers(customers, answering, now, several=several) if customers else (),
    )


@dataclass
class _Known:
    """Names and limits of the objects that have calls, by key; each drawing asks only for those of new ones."""

    rows: dict[str, Sequence[Any]] = field(default_factory=dict)
    until: float = 0.0

    def of(self, keys: Set[str], objects: QuerySet[Any], *names: str) -> Mapping[str, Sequence[Any]]:
        """Return the values of these objects, of those that there are."""
        now = time.monotonic()
        if now >= self.until:
            self.rows, self.until = {}, now + KNOWN_SECONDS
        # Bound to a name first: another thread may begin anew meanwhile.
        rows = self.rows
        if unknown := keys - rows.keys():
            found = objects.filter(pk__in=unknown).values_list("pk", *names)
            rows.update({str(key): values for key, *values in found})
        return rows


_known_gateways, _known_customers = _Known(), _Known()


def forget_limits() -> None:
    """Forget names and limits: for tests, which change them from one moment to the next."""
    _known_gateways.until = _known_customers.until = 0.0


def _gateways(counts: Counter[tuple[str, str]], *, several: bool) -> list[Load]:
    keys = {key for _node, key in counts}
    rows = _known_gateways.of(keys, Gateway.objects.all(), "name", "channel_limit")
    loads = [
        Load(rows[key][0], key, node if several else "", count, rows[key][1])
        for (node, key), count in counts.items()
        if key in rows
    ]
    return _fullest(loads, "routing:gateway_detail")


def _customers(
    counts: Counter[tuple[str, str]], told: Iterable[NodeCalls], now: datetime, *, several: bool
) -> list[Load]:
    keys = {key for _node, key in counts}
    rows = _known_customers.of(keys, Customer.objects.all(), "code", "channel_limit", "calls_per_second")
    outgoing: dict[tuple[str, str], list[CallUp]] = {}
    for node in told:
        for call in node.calls:
            if call.direction == "outbound":
                outgoing.setdefault((node.node, call.customer_id), []).append(call)
    loads = [
        Load(
            rows[key][0],
            key,
            node if several else "",
            count,
            rows[key][1],
            new_calls_per_second(outgoing.get((node, key), ()), now),
            rows[key][2],
        )
        for (node, key), count in counts.items()
        if key in rows
    ]
    return _fullest(loads, "customers:customer_detail")


def _fullest(loads: list[Load], page: str) -> list[Load]:
    """Return the fullest, with the addresses of their pages in the place of their keys."""
    fullest = sorted(loads, key=lambda load: (-load.share, -load.calls, load.name, load.node))[:SHOWN]
    return [replace(load, url=reverse(page, args=[load.url])) for load in fullest]
