"""Cuts: what the traffic is told apart by, the names of the parts, and where each part leads."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.cdrs.story.words import name_of_cause
from billing.models import Direction, Tariff
from customers.models import Customer
from routing.models import Gateway, Provider, Route
from voipadmin.core.errors import Message

Names = Callable[[Collection[Any]], Mapping[Any, str]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to tell the traffic apart: by the values of a column of the roll-ups.

    `names` gives the names of values; values of one name are one part where the cut is by `name`. `parameter` is the
    filter that shows one part alone, `deeper` the cut that is looked at then.
    """

    heading: Message
    column: str
    names: Names
    parameter: str
    deeper: str
    by_name: bool = False
    in_order: bool = False  # of the values, as hours are, not of their figures


def _customers(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Customer.objects.filter(pk__in=keys).values_list("pk", "code", "name")
    return {key: f"{code} · {name}" for key, code, name in rows}


def _named(model: Any) -> Names:
    def names(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
        return dict(model.objects.filter(pk__in=keys).values_list("pk", "name"))

    return names


def _as_they_are(keys: Collection[Any]) -> dict[Any, str]:
    return {key: str(key) for key in keys}


def _hours(keys: Collection[int]) -> dict[int, str]:
    return {key: f"{key:02}:00" for key in keys}


def _days(keys: Collection[Any]) -> dict[Any, str]:
    return {key: formats.date_format(key, "SHORT_DATE_FORMAT") for key in keys}


def _directions(keys: Collection[str]) -> dict[str, str]:
    return {key: str(Direction(key).label) for key in keys}


def _callers(keys: Collection[bool]) -> dict[bool, str]:
    return {key: _("Foreign caller ID") if key else _("Other caller IDs") for key in keys}


def _causes(keys: Collection[int]) -> dict[int, str]:
    return {key: name_of_cause(key) for key in keys}


CUTS = {
    "customer": Cut(gettext_lazy("customer"), "customer_id", _customers, "customer", "destination"),
    "provider": Cut(gettext_lazy("provider"), "provider_id", _named(Provider), "provider", "gateway"),
    "gateway": Cut(gettext_lazy("gateway"), "gateway_id", _named(Gateway), "gateway", "destination"),
    "route": Cut(gettext_lazy("route"), "route_id", _named(Route), "route", "gateway"),
    "destination": Cut(
        gettext_lazy("destination"), "tariff_id", _named(Tariff), "destination", "customer", by_name=True
    ),
    "prefix": Cut(gettext_lazy("prefix"), "prefix", _as_they_are, "prefix", "customer"),
    "country": Cut(gettext_lazy("country"), "country", _as_they_are, "country", "destination"),
    "direction": Cut(gettext_lazy("direction"), "direction", _directions, "direction", "customer"),
    "cause": Cut(gettext_lazy("cause"), "cause", _causes, "cause", "gateway"),
    "caller": Cut(gettext_lazy("caller ID"), "from_abroad", _callers, "from_abroad", "customer"),
    "hour": Cut(gettext_lazy("hour"), "clock_hour", _hours, "hour", "customer", in_order=True),
    "day": Cut(gettext_lazy("day"), "clock_day", _days, "day", "hour", in_order=True),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the traffic: its name, and the value of the cut's parameter that shows it alone; None where none."""

    name: str
    value: Any = None


def parts_of(cut: Cut, keys: Collection[Any]) -> dict[Any, Part]:
    """Return the part of each value of the cut's column; what is unknown or deleted has a common name."""
    known = [key for key in keys if key not in (None, "")]
    names = cut.names(known)
    return {key: _part(cut, key, names.get(key)) for key in keys}


def _part(cut: Cut, key: Any, name: str | None) -> Part:
    if key in (None, ""):
        return Part(_("Not known"))
    if name is None:
        return Part(_("Deleted"))
    if isinstance(key, bool):
        return Part(name, int(key))
    return Part(name, name if cut.by_name else key)
