"""What the authorizer would say to a call, and why each carrier is in or out: its own rules, no money set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from billing.authorization.carriers import loses, total
from billing.authorization.prices import Called, PriceList, ProviderTerms, Quote
from billing.authorization.rule_cache import Asked, Book, Page
from billing.authorization.rules import affordable, slice_of
from billing.authorization.sweeper import Spending
from billing.authorization.terms import Carrier, Choice, Permit, Price, Reason, Refusal, Slice, Terms, Tried
from billing.rating.price_book import PricedTariff


class LeftOut(StrEnum):
    """Why a carrier is not tried."""

    BLOCKED = "blocked"
    NO_PRICE = "no_price"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Funds:
    """An account's money now: what calls may spend of its credit, and what was spent and is held."""

    credit: Decimal
    held: Decimal
    spending: Spending


@dataclass(frozen=True, slots=True)
class Weighed:
    """A gateway of a route: what the expected call costs with it, and why it is left out where it is."""

    gateway: str
    cost: Decimal | None
    currency: str
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer: a refusal, or the order of the carriers and how long the money lasts.

    `first` is the slice that is set aside, `longest` the longest call that is paid for. `available` is None where only
    caps limit the call.
    """

    refusal: Refusal | None = None
    choices: Mapping[UUID, Choice] = field(default_factory=dict)
    weighed: Mapping[UUID, Sequence[Weighed]] = field(default_factory=dict)
    expected_seconds: int = 0
    price: Decimal | None = None
    currency: str = ""
    available: Decimal | None = None
    cap_left: Decimal | None = None
    first: Slice | None = None
    longest: Slice | None = None


@dataclass(frozen=True)
class _NotedPrices(PriceList):
    """The price list, noting what each provider quotes."""

    quotes: dict[UUID, Quote] = field(default_factory=dict)

    def quote(self, call: Called, tariff: PricedTariff, provider: ProviderTerms) -> Quote:
        """Note the quote and return it."""
        found = self.quotes[provider.id] = PriceList.quote(self, call, tariff, provider)
        return found


def explain(page: Page, asked: Asked, funds: Funds | None) -> Explanation:
    """Examine a call as the service would at that moment, and say what comes of it."""
    noted = _NotedPrices(page.prices.book, page.prices.decks)
    book = Book(page=replace(page, prices=noted))
    terms, answer = book.examine(asked)
    price = book.price_of(asked)
    seconds = settings.EXPECTED_CALL_SECONDS
    found = Explanation(
        refusal=answer if isinstance(answer, Refusal) else None,
        choices={choice.route: choice for choice in answer.choices} if isinstance(answer, Permit) else {},
        expected_seconds=seconds,
        price=None if price is None else total(price, seconds),
        currency=price.currency if price else "",
    )
    if terms is None or price is None:
        return found
    found = replace(found, weighed=_weigh(page, noted.quotes, price, terms))
    return _with_money(found, answer, terms, funds) if isinstance(answer, Permit) and funds else found


def _weigh(page: Page, quotes: Mapping[UUID, Quote], price: Price, terms: Terms) -> dict[UUID, tuple[Weighed, ...]]:
    """Weigh the carriers that were asked for a price: those of the routes that the call could go by."""
    providers = page.facts.providers
    return {
        route.id: tuple(
            _weighed(step.gateway, quotes[providers[step.gateway].id], price, terms, by_cost=route.tried is Tried.COST)
            for step in route.steps
            if providers[step.gateway].id in quotes
        )
        for route in page.facts.routes
    }


def _weighed(gateway: str, quote: Quote, price: Price, terms: Terms, *, by_cost: bool) -> Weighed:
    seconds = settings.EXPECTED_CALL_SECONDS
    if quote.price is None:
        return Weighed(gateway, None, "", LeftOut.BLOCKED)
    if by_cost and not quote.is_own:
        return Weighed(gateway, None, "", LeftOut.NO_PRICE)
    at_a_loss = not terms.allows_loss and loses(Carrier(gateway, 0, quote.price), price, seconds)
    left_out = LeftOut.LOSS if at_a_loss else None
    return Weighed(gateway, total(quote.price, seconds), quote.price.currency, left_out)


def _with_money(found: Explanation, permit: Permit, terms: Terms, funds: Funds) -> Explanation:
    """Add how long the money lasts, or that it pays for nothing."""
    cap_left = max(funds.spending.cap_left(terms) - funds.held, Decimal(0))
    available = max(funds.credit - funds.held, Decimal(0)) if terms.limits_credit else None
    spendable = cap_left if available is None else min(available, cap_left)
    longest = affordable(permit.rate, spendable, permit.longest_seconds)
    found = replace(found, available=available, cap_left=cap_left, longest=longest)
    if longest is None:
        return replace(found, refusal=Refusal(Reason.CAP if spendable >= cap_left else Reason.CREDIT))
    wanted = slice_of(permit.rate, settings.AUTHORIZER_SLICE_SECONDS, permit.longest_seconds)
    return replace(found, first=min(wanted, longest, key=lambda item: item.seconds))
