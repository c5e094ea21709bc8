"""What the authorizer would answer to a call, and why each carrier is in or out, without setting money aside.

The simulator asks here. The rules are the authorizer's own, so that both give the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from billing.authorization.facts.prices import GatewayProvider, PriceQuery, PriceSet, Quote
from billing.authorization.facts.rule_cache import RuleCache, RuleSet
from billing.authorization.holds.sweeper import SpendingTotals
from billing.authorization.rules.call_rules import affordable, slice_of
from billing.authorization.rules.carriers import call_amount, loses_money
from billing.authorization.rules.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    Carrier,
    CarrierSelection,
    Permit,
    Price,
    RefusalReason,
    RouteCarriers,
    Slice,
)
from billing.rating.price_book import PricedTariff


class LeftOut(StrEnum):
    """Why a carrier is not tried."""

    BLOCKED = "blocked"
    NO_PRICE = "no_price"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Funds:
    """An account's money now: the credit that calls may spend, what they hold of it, and what was spent lately."""

    credit: Decimal
    held: Decimal
    spending: SpendingTotals


@dataclass(frozen=True, slots=True)
class CarrierEvaluation:
    """A gateway of a route: what the expected call costs with it, and why it is left out where it is."""

    gateway: str
    cost: Decimal | None
    currency: str
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: a refusal, or the carriers of each route in order and how long the money lasts.

    `routes` and `evaluations` are by route id; `price` is that of a call of `expected_seconds`. `first` is the slice
    that is set aside at first, `longest` the longest call that is paid for. `available` is None where only caps limit
    the call.
    """

    refusal: AuthorizationRefusal | None = None
    routes: Mapping[UUID, RouteCarriers] = field(default_factory=dict)
    evaluations: Mapping[UUID, Sequence[CarrierEvaluation]] = field(default_factory=dict)
    expected_seconds: int = 0
    price: Decimal | None = None
    currency: str = ""
    available: Decimal | None = None
    cap_left: Decimal | None = None
    first: Slice | None = None
    longest: Slice | None = None


@dataclass(frozen=True)
class _RecordingPriceSet(PriceSet):
    """A price set that keeps every quote it gave, by provider id."""

    quotes: dict[UUID, Quote] = field(default_factory=dict)

    def quote(self, query: PriceQuery, tariff: PricedTariff, provider: GatewayProvider) -> Quote:
        """Return the quote and keep it."""
        found = self.quotes[provider.id] = super().quote(query, tariff, provider)
        return found


def explain(rule_set: RuleSet, request: CallRequest, funds: Funds | None) -> Explanation:
    """Return what the service would answer to a call at the moment of `rule_set` and `funds`, with all its reasons."""
    prices = _RecordingPriceSet(rule_set.prices.book, rule_set.prices.decks)
    cache = RuleCache(rule_set=replace(rule_set, prices=prices))
    rules, answer = cache.examine(request)
    price = cache.price_of(request)
    seconds = settings.EXPECTED_CALL_SECONDS
    found = Explanation(
        refusal=answer if isinstance(answer, AuthorizationRefusal) else None,
        routes={route.route: route for route in answer.routes} if isinstance(answer, Permit) else {},
        expected_seconds=seconds,
        price=None if price is None else call_amount(price, seconds),
        currency=price.currency if price else "",
    )
    if rules is None or price is None:
        return found
    found = replace(found, evaluations=_evaluate_routes(rule_set, prices.quotes, price, rules))
    return _with_money(found, answer, rules, funds) if isinstance(answer, Permit) and funds else found


def _evaluate_routes(
    rule_set: RuleSet, quotes: Mapping[UUID, Quote], price: Price, rules: AccountRules
) -> dict[UUID, tuple[CarrierEvaluation, ...]]:
    """Return the evaluations of the carriers that were asked for a price: those of the routes that fit the call."""
    providers = rule_set.accounts_and_routes.providers
    return {
        route.id: tuple(
            _evaluate(
                step.gateway, quotes[providers[step.gateway].id], price, rules,
                by_cost=route.selection is CarrierSelection.COST,
            )
            for step in route.steps
            if providers[step.gateway].id in quotes
        )
        for route in rule_set.accounts_and_routes.routes
    }  # fmt: skip


def _evaluate(gateway: str, quote: Quote, price: Price, rules: AccountRules, *, by_cost: bool) -> CarrierEvaluation:
    seconds = settings.EXPECTED_CALL_SECONDS
    if quote.price is None:
        return CarrierEvaluation(gateway, None, "", LeftOut.BLOCKED)
    if by_cost and not quote.is_own:
        return CarrierEvaluation(gateway, None, "", LeftOut.NO_PRICE)
    at_a_loss = not rules.allows_loss and loses_money(Carrier(gateway, 0, quote.price), price, seconds)
    left_out = LeftOut.LOSS if at_a_loss else None
    return CarrierEvaluation(gateway, call_amount(quote.price, seconds), quote.price.currency, left_out)


def _with_money(found: Explanation, permit: Permit, rules: AccountRules, funds: Funds) -> Explanation:
    """Return the explanation with how long the money lasts, or with the refusal where it pays for nothing."""
    cap_left = max(funds.spending.cap_left(rules) - funds.held, Decimal(0))
    available = max(funds.credit - funds.held, Decimal(0)) if rules.limits_credit else None
    spendable = cap_left if available is None else min(available, cap_left)
    longest = affordable(permit.rates, spendable, permit.longest_seconds)
    found = replace(found, available=available, cap_left=cap_left, longest=longest)
    if longest is None:
        reason = RefusalReason.CAP if spendable >= cap_left else RefusalReason.CREDIT
        return replace(found, refusal=AuthorizationRefusal(reason))
    wanted = slice_of(permit.rates, settings.AUTHORIZER_SLICE_SECONDS, permit.longest_seconds)
    return replace(found, first=min(wanted, longest, key=lambda item: item.seconds))
