"""Everything that the rules ask of memory: accounts, routes, prices, and how good the gateways were lately."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from billing.authorization.destinations import country_of_number, is_high_risk
from billing.authorization.facts import Facts, RouteEntry, Step, load_facts, state_of_facts
from billing.authorization.prices import Called, PriceList, Prices
from billing.authorization.quality import load_qualities
from billing.authorization.rules import examine
from billing.authorization.terms import Call, Carrier, Choice, Permit, Price, Reason, Refusal, Terms
from billing.rating.called_numbers import origin_of
from billing.rating.price_book import PricedTariff
from routing.selection import matching_routes

QUALITIES_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the dialplan asks for it: the number as it is dialled and in its normal form, and who calls."""

    customer_id: UUID
    dialled: str
    number: str
    at: datetime
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What is in the book at one moment. It is never changed, only replaced: calls may be examined meanwhile."""

    facts: Facts = field(default_factory=Facts)
    prices: PriceList = field(default_factory=PriceList)
    qualities: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """Everything that is asked of memory. `refresh` reads the database, in a thread of its own; nothing else does."""

    page: Page = field(default_factory=Page)
    _prices: Prices = field(default_factory=Prices)
    _seen: Any = None
    _qualities_at: datetime | None = None

    @property
    def terms(self) -> Mapping[UUID, Terms]:
        """Return what the customers may."""
        return self.page.facts.terms

    def refresh(self) -> None:
        """Read what was changed, added or removed, and turn the page when all of it is there."""
        page, now, seen = self.page, timezone.now(), state_of_facts()
        if seen != self._seen:
            page = replace(page, facts=load_facts())
        if self._qualities_at is None or now - self._qualities_at >= QUALITIES_EVERY:
            page, self._qualities_at = replace(page, qualities=load_qualities(now)), now
        providers = {provider.id for provider in page.facts.providers.values()}
        prices = self._prices.load(providers)
        if prices != page.prices:
            page = replace(page, prices=prices)
        self.page, self._seen = page, seen

    def price_of(self, asked: Asked) -> Price | None:
        """Return what the customer pays, or None where nobody priced the number."""
        terms = self.terms.get(asked.customer_id)
        tariff = None if terms is None else self.page.prices.tariff(_called(asked, terms))
        return None if tariff is None else Price(tariff.sell, tariff.currency)

    def examine(self, asked: Asked) -> tuple[Terms | None, Refusal | Permit]:
        """Say whether the call may be made, all but its money."""
        page = self.page
        terms = page.facts.terms.get(asked.customer_id)
        if terms is None:
            return None, Refusal(Reason.INACTIVE)
        call = call_of(asked)
        called = _called(asked, terms)
        tariff = page.prices.tariff(called)
        if tariff is None:
            return terms, examine(call, terms, None, (), settings.EXPECTED_CALL_SECONDS)
        choices = tuple(
            _choice(page, route, called, tariff)
            for route in matching_routes(page.facts.routes, asked.dialled, terms.code)
        )
        price = Price(tariff.sell, tariff.currency)
        return terms, examine(call, terms, price, choices, settings.EXPECTED_CALL_SECONDS)


def call_of(asked: Asked) -> Call:
    """Return what the rules want to know of a call."""
    country = country_of_number(asked.number, settings.DEFAULT_COUNTRY)
    return Call(asked.number, country, is_high_risk(asked.number, tuple(settings.HIGH_RISK_PREFIXES)), asked.at)


def _called(asked: Asked, terms: Terms) -> Called:
    numbers = (asked.number,) if asked.dialled == asked.number else (asked.number, asked.dialled.removeprefix("+"))
    return Called(numbers, asked.at, origin_of(asked.caller, terms.own_number, settings.DEFAULT_COUNTRY), terms.plan_id)


def _choice(page: Page, route: RouteEntry, called: Called, tariff: PricedTariff) -> Choice:
    return Choice(route.id, route.tried, tuple(_carrier(page, step, called, tariff) for step in route.steps))


def _carrier(page: Page, step: Step, called: Called, tariff: PricedTariff) -> Carrier:
    quote = page.prices.quote(called, tariff, page.facts.providers[step.gateway])
    quality = page.qualities.get(step.gateway, Decimal(1))
    return Carrier(step.gateway, step.weight, quote.price, quote.is_own, quality)
