"""Follows the calls of one node from second to second: since when they are answered, whose they are, what they cost."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asterisk_sync.live.calls import CallUp
from asterisk_sync.live.pricing import CallPricer, PricingFacts
from asterisk_sync.models import ConferenceSession
from billing.models import CreditHold, HoldState
from billing.rating.called_numbers import origin_of
from billing.rating.calls import ProviderCost
from customers.models import Customer, Extension
from routing.models import Gateway
from voipadmin.core.numbering_plan.queries import current_plan


class Hold(NamedTuple):
    """What a call has set aside; `number` and `origin` are those that it was authorized with."""

    amount: Decimal
    currency: str
    answered_at: datetime | None
    number: str
    origin: str


class CallerFacts(NamedTuple):
    """A customer as far as its calls need it."""

    code: str
    plan_id: UUID | None
    own_number: str
    home_area: str


@dataclass
class CallFollower:
    """What is known of the calls of a node; each second costs one query, and a few more where a call is new.

    The answer is the moment that the authorizer noted, else the second in which the call was first seen answered.
    """

    node_name: str
    _answered: dict[str, datetime] = field(default_factory=dict)
    _customers: dict[str, CallerFacts] = field(default_factory=dict)
    _gateways: dict[str, tuple[str, ProviderCost]] = field(default_factory=dict)
    _extensions: dict[str, tuple[str, str]] = field(default_factory=dict)
    _conferences: dict[str, tuple[str, str]] = field(default_factory=dict)
    _pricer: CallPricer = field(default_factory=CallPricer)

    def remember(self, calls: Iterable[CallUp]) -> None:
        """Take over since when calls are answered from what an earlier worker told of them."""
        self._answered.update({call.key: call.answered_at for call in calls if call.answered_at})

    def follow(self, calls: Collection[CallUp], now: datetime) -> tuple[CallUp, ...]:
        """Return the calls with names, holds and prices of `now`. Raises django.db.DatabaseError."""
        if not calls:
            self._forget(())
            return ()
        holds = _holds(self.node_name, [call.key for call in calls])
        self._look_up_names(calls)
        known = [self._completed(call, holds.get(call.key), now) for call in calls]
        self._forget(known)
        unpriced = self._pricer.unpriced(known)
        if unpriced:
            self._pricer.look_up(self._facts(unpriced, holds), unpriced)
        return self._pricer.priced(known, now)

    def _forget(self, calls: Collection[CallUp]) -> None:
        """Keep the names of objects that calls have now: others may be renamed before their next call."""
        self._answered = {call.key: call.answered_at for call in calls if call.answered_at}
        for names, used in (
            (self._customers, {call.customer_id for call in calls}),
            (self._gateways, {call.gateway_id for call in calls}),
            (self._extensions, {call.endpoint for call in calls}),
            (self._conferences, {call.room for call in calls}),
        ):
            for key in names.keys() - used:
                names.pop(key)

    def _completed(self, call: CallUp, hold: Hold | None, now: datetime) -> CallUp:
        answered = (hold.answered_at if hold else None) or self._answered.get(call.key) or now
        customer = self._customers.get(call.customer_id)
        extension, extension_id = self._extensions.get(call.endpoint, ("", ""))
        conference, conference_id = self._conferences.get(call.room, ("", ""))
        return call._replace(
            answered_at=answered if call.is_up else None,
            customer=customer.code if customer else "",
            extension=extension,
            extension_id=extension_id,
            gateway=self._gateways[call.gateway_id][0] if call.gateway_id in self._gateways else "",
            conference=conference,
            conference_id=conference_id,
            held=hold.amount if hold else None,
            # Until it has a price, which may be of the tariff's, its money is what the account has set aside.
            currency=hold.currency if hold else "",
        )

    def _facts(self, calls: Iterable[CallUp], holds: Mapping[str, Hold]) -> dict[str, PricingFacts]:
        plan = current_plan()
        found = {}
        for call in calls:
            hold, customer = holds.get(call.key), self._customers.get(call.customer_id)
            cost = self._gateways.get(call.gateway_id)
            own, area = (customer.own_number, customer.home_area) if customer else ("", "")
            origin = hold.origin if hold else origin_of(call.caller, own, plan, home_area=area)
            number = hold.number if hold else call.called
            found[call.key] = PricingFacts(
                number, origin, customer.plan_id if customer else None, cost[1] if cost else None
            )
        return found

    def _look_up_names(self, calls: Collection[CallUp]) -> None:
        customers = _keys({call.customer_id for call in calls} - self._customers.keys())
        if customers:
            self._customers |= _customers(customers)
        gateways = _keys({call.gateway_id for call in calls} - self._gateways.keys())
        if gateways:
            self._gateways |= _gateways(gateways)
        rooms = _keys({call.room for call in calls} - self._conferences.keys())
        if rooms:
            self._conferences |= _conferences(rooms)
        endpoints = {call.endpoint for call in calls if call.endpoint} - self._extensions.keys()
        if endpoints:
            # Endpoints that are no extensions are not asked for again.
            self._extensions |= dict.fromkeys(endpoints, ("", "")) | _extensions(endpoints)


def _keys(texts: Iterable[str]) -> list[UUID]:
    """Return the keys among texts that come from variables of channels."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _holds(node_name: str, uniqueids: list[str]) -> dict[str, Hold]:
    rows = CreditHold.objects.filter(
        node_name=node_name, uniqueid__in=uniqueids, state=HoldState.ACTIVE, ended_at=None
    ).values_list("uniqueid", "amount", "account__currency", "answered_at", "number", "origin")
    return {uniqueid: Hold(*values) for uniqueid, *values in rows}


def _customers(keys: list[UUID]) -> dict[str, CallerFacts]:
    plan = current_plan()
    rows = Customer.objects.filter(pk__in=keys).select_related("account")
    return {
        str(row.pk): CallerFacts(
            row.code,
            row.account.plan_id if hasattr(row, "account") else None,
            row.caller_id_number,
            row.local_area(plan),
        )
        for row in rows
    }


def _gateways(keys: list[UUID]) -> dict[str, tuple[str, ProviderCost]]:
    rows = Gateway.objects.filter(pk__in=keys).select_related("provider")
    return {
        str(row.pk): (
            row.name,
            ProviderCost(row.provider.cost_per_minute, row.provider.currency, row.provider_id),
        )
        for row in rows
    }


def _extensions(endpoints: Collection[str]) -> dict[str, tuple[str, str]]:
    rows = Extension.objects.filter(sip_username__in=endpoints).values_list("sip_username", "number", "pk")
    return {name: (number, str(key)) for name, number, key in rows}


def _conferences(rooms: list[UUID]) -> dict[str, tuple[str, str]]:
    rows = ConferenceSession.objects.filter(pk__in=rooms).values_list("pk", "conference__name", "conference")
    return {session.hex: (name, str(key)) for session, name, key in rows}
