"""The cache of everything that the rules look up: account rules, routes, prices, and the quality of gateways."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from billing.authorization.accounts_and_routes import (
    AccountsAndRoutes,
    RouteEntry,
    RouteStep,
    load_accounts_and_routes,
    mark_of_accounts_and_routes,
)
from billing.authorization.destinations import country_of_number, is_high_risk
from billing.authorization.prices import PriceQuery, PriceSet, PriceSetLoader
from billing.authorization.quality import load_qualities
from billing.authorization.rules import examine
from billing.authorization.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    Carrier,
    ClassifiedCall,
    Permit,
    Price,
    RefusalReason,
    RouteCarriers,
)
from billing.rating.called_numbers import number_called, origin_of
from billing.rating.price_book import PricedTariff
from routing.selection import matching_routes
from voipadmin.core.numbers.countries import plan_of

QUALITIES_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What the rule cache holds at one moment. It is never changed, only replaced: calls may be examined meanwhile."""

    accounts_and_routes: AccountsAndRoutes = field(default_factory=AccountsAndRoutes)
    prices: PriceSet = field(default_factory=PriceSet)
    qualities: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class RuleCache:
    """Holds the current rule set. Only `refresh` reads the database; the service calls it in a thread of its own."""

    rule_set: RuleSet = field(default_factory=RuleSet)
    _price_loader: PriceSetLoader = field(default_factory=PriceSetLoader)
    _mark: Any = None
    _qualities_at: datetime | None = None

    @property
    def account_rules(self) -> Mapping[UUID, AccountRules]:
        """Return the rules of each customer's account, by customer id."""
        return self.rule_set.accounts_and_routes.account_rules

    def refresh(self) -> None:
        """Replace the rule set with one in which everything that changed has been read again.

        1. Compare the mark of accounts and routes with that of the last time; read them where it is another one.
        2. Count the quality of the gateways again, once a minute.
        3. Load the prices; the loader reads only what changed.
        4. Replace the rule set as a whole. The same object stays where nothing changed.
        """
        # The mark is read before the rows: what is committed in between is read twice rather than never.
        rule_set, now, mark = self.rule_set, timezone.now(), mark_of_accounts_and_routes()
        if mark != self._mark:
            rule_set = replace(rule_set, accounts_and_routes=load_accounts_and_routes())
        if self._qualities_at is None or now - self._qualities_at >= QUALITIES_EVERY:
            rule_set, self._qualities_at = replace(rule_set, qualities=load_qualities(now)), now
        providers = {provider.id for provider in rule_set.accounts_and_routes.providers.values()}
        prices = self._price_loader.load(providers)
        if prices != rule_set.prices:
            rule_set = replace(rule_set, prices=prices)
        self.rule_set, self._mark = rule_set, mark

    def price_of(self, request: CallRequest) -> Price | None:
        """Return what the customer pays, or None where nobody priced the number."""
        rules = self.account_rules.get(request.customer_id)
        tariff = None if rules is None else self.rule_set.prices.tariff(_price_query(request, rules))
        return None if tariff is None else Price(tariff.sell, tariff.currency)

    def examine(self, request: CallRequest) -> tuple[AccountRules | None, AuthorizationRefusal | Permit]:
        """Return the customer's rules, None where it is unknown, and whether they let the call through.

        Velocity and money are not looked at.
        """
        # Held once: `refresh` may replace the rule set at any moment, from its thread.
        rule_set = self.rule_set
        rules = rule_set.accounts_and_routes.account_rules.get(request.customer_id)
        if rules is None:
            return None, AuthorizationRefusal(RefusalReason.INACTIVE)
        call = classify(request)
        query = _price_query(request, rules)
        tariff = rule_set.prices.tariff(query)
        if tariff is None:
            return rules, examine(call, rules, None, (), settings.EXPECTED_CALL_SECONDS)
        routes = tuple(
            _route_carriers(rule_set, route, query, tariff)
            for route in matching_routes(rule_set.accounts_and_routes.routes, request.dialled, rules.code)
        )
        price = Price(tariff.sell, tariff.currency)
        return rules, examine(call, rules, price, routes, settings.EXPECTED_CALL_SECONDS)


def classify(request: CallRequest) -> ClassifiedCall:
    """Return the requested call with its country and whether its number is at high risk, by the settings."""
    country = country_of_number(request.number, settings.DEFAULT_COUNTRY)
    risk = is_high_risk(request.number, tuple(settings.HIGH_RISK_PREFIXES))
    return ClassifiedCall(request.number, country, risk, request.at)


def _price_query(request: CallRequest, rules: AccountRules) -> PriceQuery:
    plan = plan_of(settings.DEFAULT_COUNTRY, request.at.date())
    number = number_called(request.number, request.dialled, plan)
    origin = origin_of(request.caller, rules.own_number, plan)
    return PriceQuery(number.key, request.at, origin, rules.plan_id)


def _route_carriers(rule_set: RuleSet, route: RouteEntry, query: PriceQuery, tariff: PricedTariff) -> RouteCarriers:
    carriers = tuple(_carrier(rule_set, step, query, tariff) for step in route.steps)
    return RouteCarriers(route.id, route.selection, carriers)


def _carrier(rule_set: RuleSet, step: RouteStep, query: PriceQuery, tariff: PricedTariff) -> Carrier:
    quote = rule_set.prices.quote(query, tariff, rule_set.accounts_and_routes.providers[step.gateway])
    # A gateway that had few calls lately counts as good.
    quality = rule_set.qualities.get(step.gateway, Decimal(1))
    return Carrier(step.gateway, step.weight, quote.price, quote.is_own, quality)
