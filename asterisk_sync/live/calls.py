"""The calls of a node from its channels: who calls whom, since when, and how far the call is. Pure.

1. The channel that asks is the one in which our dialplan runs: it has `va_direction`. A conference has several.
2. All other channels of the same linked call belong to it: a called channel that rings makes it a ringing call.
3. A linked call without such a channel is none of our dialplan: it is shown by its first channel.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from asterisk_sync.live.state import UP, LiveChannel
from billing.rating.called_numbers import endpoint_of


class CallState(StrEnum):
    """How far a call is."""

    DIALLING = "dialling"
    RINGING = "ringing"
    UP = "up"


# What is asked of each channel; our dialplan sets them on the channel that asks.
VARIABLES = (
    "va_customer", "va_direction", "va_route", "va_carrier", "va_number", "va_dialled", "va_caller", "va_kind",
    "va_room",
)  # fmt: skip


class CallUp(NamedTuple):
    """A call that goes on; `key` is the unique id of the channel that asks, that of the record which it will leave.

    Names and money are there as far as the database told them. Keys of objects are texts; money is of `currency`, the
    cost of `cost_currency`, and the margin is None where these differ. `held` is what its account has set aside for it.
    A tuple, as a page makes thousands of them a second.
    """

    key: str
    channel: str
    linkedid: str
    started_at: datetime
    state: str
    direction: str = ""
    caller: str = ""
    called: str = ""
    kind: str = ""
    endpoint: str = ""
    customer_id: str = ""
    gateway_id: str = ""
    route_id: str = ""
    room: str = ""
    codec: str = ""
    account_code: str = ""
    answered_at: datetime | None = None
    customer: str = ""
    extension: str = ""
    extension_id: str = ""
    gateway: str = ""
    conference: str = ""
    conference_id: str = ""
    price: Decimal | None = None
    currency: str = ""
    cost: Decimal | None = None
    cost_currency: str = ""
    margin: Decimal | None = None
    held: Decimal | None = None

    @property
    def is_up(self) -> bool:
        """Tell whether it is answered."""
        return self.state == CallState.UP


def calls_of(channels: Sequence[LiveChannel], now: datetime) -> tuple[CallUp, ...]:
    """Return the calls of a node's channels, the oldest first."""
    linked: dict[str, list[LiveChannel]] = defaultdict(list)
    for channel in channels:
        linked[channel.linkedid].append(channel)
    calls = [call for group in linked.values() for call in _calls_of_group(group, now)]
    return tuple(sorted(calls, key=lambda call: (call.started_at, call.key)))


def _calls_of_group(group: list[LiveChannel], now: datetime) -> list[CallUp]:
    asking = [channel for channel in group if channel.variables.get("va_direction")]
    if not asking:
        first = next((channel for channel in group if channel.uniqueid == channel.linkedid), group[0])
        asking = [first]
    others = [channel for channel in group if channel not in asking]
    return [_call(channel, _belonging(channel, others, alone=len(asking) == 1), now) for channel in asking]


def _belonging(asking: LiveChannel, others: list[LiveChannel], *, alone: bool) -> list[LiveChannel]:
    """Return the channels that belong to the one that asks; among several calls those of its bridge."""
    if alone:
        return others
    return [channel for channel in others if asking.bridge and channel.bridge == asking.bridge]


def _call(asking: LiveChannel, others: list[LiveChannel], now: datetime) -> CallUp:
    values = asking.variables
    direction = values.get("va_direction", "")
    outbound = direction == "outbound"
    called = values.get("va_number") if outbound else values.get("va_dialled")
    return CallUp(
        key=asking.uniqueid or asking.name,
        channel=asking.name,
        linkedid=asking.linkedid,
        started_at=_started_at(asking, now),
        state=_state(asking, others),
        direction=direction,
        caller=values.get("va_caller") or asking.caller_number,
        called=called or values.get("va_dialled") or asking.extension,
        kind=values.get("va_kind", ""),
        endpoint=_endpoint(asking, others, direction),
        customer_id=values.get("va_customer", ""),
        gateway_id=values.get("va_carrier", ""),
        route_id=values.get("va_route", ""),
        room=values.get("va_room", ""),
        codec=asking.codec,
        account_code=asking.account_code,
    )


def _endpoint(asking: LiveChannel, others: Iterable[LiveChannel], direction: str) -> str:
    """Return the customer's endpoint: who calls, or of an incoming call who is called."""
    if direction != "inbound":
        return endpoint_of(asking.name)
    return next((name for channel in others if (name := endpoint_of(channel.name))), "")


def _state(asking: LiveChannel, others: Iterable[LiveChannel]) -> CallState:
    if asking.state == UP:
        return CallState.UP
    rings = asking.state == "Ringing" or any(channel.state == "Ringing" for channel in others)
    return CallState.RINGING if rings else CallState.DIALLING


def _started_at(channel: LiveChannel, now: datetime) -> datetime:
    """Return when a channel was made: its unique id says so (`lab-1733000000.12`), else its age does."""
    seconds = channel.uniqueid.partition(".")[0].rpartition("-")[2]
    if seconds.isdecimal() and len(seconds) <= len("1733000000"):
        return datetime.fromtimestamp(int(seconds), UTC)
    return now - timedelta(seconds=channel.seconds)


def new_calls_per_second(calls: Iterable[CallUp], now: datetime, within: int = 10) -> Decimal:
    """Return how many of the calls began in each of the last `within` seconds on average; ended ones are unknown."""
    since = now - timedelta(seconds=within)
    return Decimal(sum(call.started_at >= since for call in calls)) / within
