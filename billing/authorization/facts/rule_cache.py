"""The cache of everything that the rules look up: account rules, routes, prices, and the quality of gateways."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from billing.authorization.facts.accounts_and_routes import (
    AccountsAndRoutes,
    RouteEntry,
    RouteStep,
    load_accounts_and_routes,
    mark_of_accounts_and_routes,
)
from billing.authorization.facts.prices import PriceQuery, PriceSet, PriceSetLoader
from billing.authorization.facts.quality import load_qualities
from billing.authorization.rules.call_rules import examine, span_of_ringing
from billing.authorization.rules.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    Carrier,
    ClassifiedCall,
    Permit,
    Price,
    Rates,
    RefusalReason,
    RouteCarriers,
)
from billing.rating.called_numbers import origin_of
from billing.rating.price_book import PricedTariff
from routing.selection import matching_routes
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import RISKY_KINDS
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key

QUALITIES_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What the rule cache holds at one moment. It is never changed, only replaced: calls may be examined meanwhile."""

    accounts_and_routes: AccountsAndRoutes
    prices: PriceSet = field(default_factory=PriceSet)
    qualities: Mapping[str, Decimal] = field(default_factory=dict)


def _before_reading() -> RuleSet:
    """Return what is known before the database is read: nobody's rules, and the numbering plan of the product."""
    return RuleSet(AccountsAndRoutes(plan_of(settings.DEFAULT_COUNTRY, timezone.localdate())))


@dataclass(slots=True)
class RuleCache:
    """Holds the current rule set. Only `refresh` reads the database; the service calls it in a thread of its own."""

    rule_set: RuleSet = field(default_factory=_before_reading)
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
        rule_set, now, mark = self.rule_set, timezone.now(), (mark_of_accounts_and_routes(), current_plan())
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
        # Held once, as in `examine`.
        rule_set = self.rule_set
        facts = rule_set.accounts_and_routes
        rules = facts.account_rules.get(request.customer_id)
        tariff = None if rules is None else rule_set.prices.tariff(_price_query(request, rules, facts.plan))
        return None if tariff is None else Price(tariff.sell, tariff.currency)

    def rates_of(self, request: CallRequest, span: tuple[datetime, datetime]) -> Rates:
        """Return the rates at which the call may be charged that is answered within a span; none without a price."""
        rule_set = self.rule_set
        facts = rule_set.accounts_and_routes
        rules = facts.account_rules.get(request.customer_id)
        return () if rules is None else _rates(rule_set, _price_query(request, rules, facts.plan), rules, span)

    def origin_of(self, request: CallRequest) -> str:
        """Return the digits by which prices know the caller."""
        facts = self.rule_set.accounts_and_routes
        rules = facts.account_rules.get(request.customer_id)
        return "" if rules is None else _price_query(request, rules, facts.plan).origin

    def classify(self, request: CallRequest) -> ClassifiedCall:
        """Return the requested call with its country and risk, by the numbering plan of now."""
        return classify(request, self.rule_set.accounts_and_routes.plan)

    def examine(self, request: CallRequest) -> tuple[AccountRules | None, AuthorizationRefusal | Permit]:
        """Return the customer's rules, None where it is unknown, and whether they let the call through.

        Velocity and money are not looked at.
        """
        # Held once: `refresh` may replace the rule set at any moment, from its thread.
        rule_set = self.rule_set
        rules = rule_set.accounts_and_routes.account_rules.get(request.customer_id)
        if rules is None:
            return None, AuthorizationRefusal(RefusalReason.INACTIVE)
        plan = rule_set.accounts_and_routes.plan
        call, query = classify(request, plan), _price_query(request, rules, plan)
        tariff = rule_set.prices.tariff(query)
        if tariff is None:
            return rules, examine(call, rules, None, (), settings.EXPECTED_CALL_SECONDS)
        routes = tuple(
            _route_carriers(rule_set, route, query, tariff)
            for route in matching_routes(rule_set.accounts_and_routes.routes, request.number, rules.code)
        )
        price = Price(tariff.sell, tariff.currency)
        answer = examine(call, rules, price, routes, settings.EXPECTED_CALL_SECONDS)
        if isinstance(answer, Permit):
            # Its rate alone is that of this moment; it may be answered at another hour.
            rates = _rates(rule_set, query, rules, span_of_ringing(request.at))
            answer = replace(answer, rates=rates or answer.rates)
        return rules, answer


def classify(request: CallRequest, plan: NumberingPlan) -> ClassifiedCall:
    """Return the requested call with its country, and whether its kind or the settings call its number risky."""
    number = number_of_key(request.number, plan)
    risk = number.kind in RISKY_KINDS or request.number.startswith(tuple(settings.HIGH_RISK_PREFIXES))
    return ClassifiedCall(request.number, number.country or None, risk, request.at)


def _price_query(request: CallRequest, rules: AccountRules, plan: NumberingPlan) -> PriceQuery:
    area = request.home_area or rules.home_area
    origin = origin_of(request.caller, rules.own_number, plan, home_area=area)
    return PriceQuery(request.number, request.at, origin, rules.plan_id)


def _rates(rule_set: RuleSet, query: PriceQuery, rules: AccountRules, span: tuple[datetime, datetime]) -> Rates:
    tariffs = rule_set.prices.tariffs_within(query, span)
    return tuple({tariff.sell: None for tariff in tariffs if tariff.currency == rules.currency})


def _route_carriers(rule_set: RuleSet, route: RouteEntry, query: PriceQuery, tariff: PricedTariff) -> RouteCarriers:
    carriers = tuple(_carrier(rule_set, step, query, tariff) for step in route.steps)
    return RouteCarriers(route.id, route.selection, carriers)


def _carrier(rule_set: RuleSet, step: RouteStep, query: PriceQuery, tariff: PricedTariff) -> Carrier:
    quote = rule_set.prices.quote(query, tariff, rule_set.accounts_and_routes.providers[step.gateway])
    # A gateway that had few calls lately counts as good.
    quality = rule_set.qualities.get(step.gateway, Decimal(1))
    return Carrier(step.gateway, step.weight, quote.price, quote.is_own, quality)
