"""A deck counts all at once or not at all, and undoing it gives back exactly what was."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.questions import DeckRefused
from billing.models import BuyRate, Deck, DeckStatus
from routing.models import Provider
from tests.billing.decks.samples import workbook
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, ProviderFactory, TariffFactory
from voipadmin.core.errors import Conflict

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory.create()


def previewed(provider: Provider, text: str | bytes, *, is_full: bool = True, **answers: str) -> Deck:
    content = text.encode() if isinstance(text, str) else text
    deck = services.upload_deck(
        provider=provider, file_name="rates.csv", content=content, currency="BRL", is_full=is_full, actor="ana"
    )
    read_deck(deck)
    if answers:
        deck = services.answer_deck(deck=deck, answers=answers)
        read_deck(deck)
    deck.refresh_from_db()
    return deck


def activated(provider: Provider, text: str, *, is_full: bool = True) -> Deck:
    deck = previewed(provider, text, is_full=is_full)
    assert deck.status == DeckStatus.READY, deck.summary
    return services.activate_deck(deck=deck, actor="ana")


def in_force(provider: Provider, days: int = 0) -> dict[str, Decimal]:
    moment = timezone.now() + timedelta(days=days)
    rates = BuyRate.objects.filter(provider=provider, effective_from__lte=moment).exclude(effective_until__lte=moment)
    found = [(rate.pattern, rate.price_per_minute.normalize()) for rate in rates]
    assert len(dict(found)) == len(found)
    return dict(found)


def everything(provider: Provider) -> list[Any]:
    fields = ("pk", "pattern", "price_per_minute", "effective_from", "effective_until", "is_blocked", "deck")
    return list(BuyRate.objects.filter(provider=provider).order_by("pk").values_list(*fields))


def test_a_first_deck_is_all_new(provider: Provider) -> None:
    deck = previewed(provider, "prefix;price;billing\n5511;0,04;30/6\n5521;0,05;60/60\n")
    assert deck.status == DeckStatus.READY
    assert deck.summary["counts"] == {"new": 2}
    assert deck.progress["percent"] == 100
    assert BuyRate.objects.count() == 0
    services.activate_deck(deck=deck, actor="ana")
    assert in_force(provider) == {"5511": Decimal("0.04"), "5521": Decimal("0.05")}
    assert BuyRate.objects.get(pattern="5511").increment_seconds == 6


def test_a_full_deck_shows_and_makes_every_kind_of_change(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;1\n2;1\n3;1\n4;1\n5;1\n6;1\n7;1\n")
    text = "prefix;price;status;billing\n1;2;;\n2;0,5;;\n3;1;;\n4;1;;60/60\n5;;blocked;\n6;;delete;\n8;1;;\n"
    deck = previewed(provider, text)
    assert deck.summary["counts"] == {
        "up": 1, "down": 1, "same": 1, "terms": 1, "blocked": 1, "gone": 2, "new": 1,
    }  # fmt: skip
    services.activate_deck(deck=deck, actor="ana")
    assert in_force(provider) == {
        "1": Decimal(2), "2": Decimal("0.5"), "3": 1, "4": 1, "5": Decimal(0), "8": 1,
    }  # fmt: skip
    assert BuyRate.objects.get(pattern="5", effective_until=None).is_blocked
    assert BuyRate.objects.filter(pattern="3").count() == 1


def test_a_partial_deck_leaves_what_it_does_not_name(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;1\n2;1\n")
    activated(provider, "prefix;price\n1;2\n", is_full=False)
    assert in_force(provider) == {"1": Decimal(2), "2": Decimal(1)}


def test_old_rates_end_where_the_new_ones_begin(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;1\n2;1\n")
    day = (timezone.localdate() + timedelta(days=10)).isoformat()
    later = (timezone.localdate() + timedelta(days=20)).isoformat()
    activated(provider, f"prefix;price;effective\n1;2;{day}\n1;3;{later}\n2;1;\n")
    assert in_force(provider) == {"1": Decimal(1), "2": Decimal(1)}
    assert in_force(provider, days=15) == {"1": Decimal(2), "2": Decimal(1)}
    assert in_force(provider, days=25) == {"1": Decimal(3), "2": Decimal(1)}


def test_a_rate_of_the_future_gives_way_to_a_later_deck_and_comes_back_by_undoing(provider: Provider) -> None:
    day = (timezone.localdate() + timedelta(days=10)).isoformat()
    activated(provider, f"prefix;price;effective\n1;1;\n1;2;{day}\n")
    before = everything(provider)
    last = activated(provider, f"prefix;price;effective\n1;1;\n1;3;{day}\n")
    assert in_force(provider, days=15) == {"1": Decimal(3)}
    services.undo_deck(deck=last, actor="ana")
    assert everything(provider) == before
    assert in_force(provider, days=15) == {"1": Decimal(2)}


def test_undoing_gives_back_exactly_what_was(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;1\n2;1\n3;1\n")
    before = everything(provider)
    deck = activated(provider, "prefix;price;status\n1;2;\n2;;blocked\n4;1;\n")
    assert everything(provider) != before
    undone = services.undo_deck(deck=deck, actor="ana")
    assert everything(provider) == before
    assert undone.status == DeckStatus.UNDONE
    with pytest.raises(DeckRefused):
        services.undo_deck(deck=deck, actor="ana")


def test_only_the_last_deck_of_a_provider_can_be_undone(provider: Provider) -> None:
    first = activated(provider, "prefix;price\n1;1\n")
    second = activated(provider, "prefix;price\n1;2\n")
    with pytest.raises(DeckRefused, match="later deck"):
        services.undo_deck(deck=first, actor="ana")
    services.undo_deck(deck=second, actor="ana")
    services.undo_deck(deck=first, actor="ana")
    assert everything(provider) == []


def test_a_rate_that_was_corrected_by_hand_since_stops_the_undoing(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;1\n")
    deck = activated(provider, "prefix;price\n1;2\n")
    BuyRate.objects.filter(price_per_minute=1).update(effective_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Conflict):
        services.undo_deck(deck=deck, actor="ana")


def test_a_deck_is_not_activated_twice_nor_on_an_old_preview(provider: Provider) -> None:
    one, other = (previewed(provider, f"prefix;price\n1;{price}\n") for price in (1, 2))
    services.activate_deck(deck=one, actor="ana")
    with pytest.raises(DeckRefused):
        services.activate_deck(deck=one, actor="rui")
    with pytest.raises(Conflict):
        services.activate_deck(deck=other, actor="rui")
    read_deck(services.read_again(deck=other))
    services.activate_deck(deck=other, actor="rui")
    assert in_force(provider) == {"1": Decimal(2)}


def test_an_activation_that_fails_halfway_leaves_nothing(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    activated(provider, "prefix;price\n1;1\n")
    before = everything(provider)
    deck = previewed(provider, "prefix;price\n1;2\n2;1\n")

    def fail(*_args: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(services, "_log", fail)
    with pytest.raises(DatabaseError):
        services.activate_deck(deck=deck, actor="ana")
    deck.refresh_from_db()
    assert deck.status == DeckStatus.READY
    assert everything(provider) == before


def test_a_price_far_from_the_present_one_is_asked_about_before_anything_counts(provider: Provider) -> None:
    activated(provider, "prefix;price\n1;0,05\n2;1\n")
    deck = previewed(provider, "prefix;price\n1;50,0\n2;1\n")
    assert deck.status == DeckStatus.ASKING
    (question,) = deck.summary["questions"]
    assert (question["code"], question["row"], question["column"]) == ("far_price", 2, "B")
    with pytest.raises(DeckRefused):
        services.activate_deck(deck=deck, actor="ana")
    refused = services.answer_deck(deck=deck, answers={"far_price": "no"})
    assert refused.status == DeckStatus.REFUSED
    answered = previewed(provider, "prefix;price\n1;50,0\n2;1\n", far_price="yes")
    assert answered.status == DeckStatus.READY


def test_a_full_list_that_would_end_most_prefixes_is_asked_about(provider: Provider) -> None:
    activated(provider, "prefix;price\n" + "".join(f"{number};1\n" for number in range(5500, 5540)))
    deck = previewed(provider, "prefix;price\n5500;2\n")
    assert [question["code"] for question in deck.summary["questions"]] == ["half_gone"]


def test_a_deck_with_faults_is_refused_and_keeps_them(provider: Provider) -> None:
    deck = previewed(provider, "prefix;price\n1;1\n2;-1\nx;1\n")
    assert deck.status == DeckStatus.REFUSED
    assert [(fault["code"], fault["row"], fault["column"]) for fault in deck.summary["faults"]] == [
        ("negative", 3, "B"), ("prefix", 4, "A"),
    ]  # fmt: skip
    assert deck.rows.count() == 0


def test_a_formula_in_a_workbook_refuses_the_deck(provider: Provider) -> None:
    deck = previewed(provider, workbook([["prefix", "price"], ["5511", "=1+1"]]))
    assert (deck.status, deck.summary["faults"][0]["row"]) == (DeckStatus.REFUSED, 2)


def test_what_is_sold_below_the_new_cost_is_listed(provider: Provider) -> None:
    TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.08"))
    TariffFactory.create(pattern="55119", price_per_minute=Decimal("0.30"))
    deck = previewed(provider, "prefix;price\n5511;0,10\n551199;0,20\n5521;9\n")
    assert deck.summary["below_cost"] == 1
    row = deck.rows.get(sold_for__isnull=False)
    assert (row.pattern, row.sold_for) == ("5511", Decimal("0.08"))


def test_last_weeks_calls_are_replayed_at_the_new_prices(provider: Provider) -> None:
    gateway, customer = GatewayFactory.create(provider=provider), CustomerFactory.create()
    tariff = TariffFactory.create(pattern="55")
    priced = {"gateway": gateway, "customer": customer, "direction": "outbound", "currency": "BRL", "tariff": tariff,
              "cost_currency": "BRL", "price": Decimal("0.08"), "cost": Decimal("0.03")}  # fmt: skip
    CdrFactory.create(**priced)
    CdrFactory.create(**priced, started_at=timezone.now() - timedelta(days=8))
    activated(provider, "prefix;price\n551198;0,04\n")
    partial = previewed(provider, "prefix;price\n54;1\n", is_full=False).summary["replay"]
    assert (partial["not_sold"], Decimal(partial["all"]["new_margin"])) == (0, Decimal("0.04"))
    deck = previewed(provider, "prefix;price\n55;0,02\n55119;0,10\n")
    replayed = deck.summary["replay"]
    assert replayed["all"]["calls"] == 1
    assert Decimal(replayed["all"]["margin"]) == Decimal("0.05")
    assert Decimal(replayed["all"]["new_margin"]) == Decimal("-0.02")
    assert [entry["code"] for entry in replayed["customers"]] == [customer.code]


def test_the_next_deck_begins_with_the_last_ones_columns(provider: Provider) -> None:
    first = previewed(provider, "who;much;when\n1;1;03/04/2027\n")
    assert [question["code"] for question in first.summary["questions"]] == ["columns"]
    told = services.answer_deck(
        deck=first, answers={"date_order": "dmy"}, columns={"prefix": 0, "price": 1, "effective": 2}
    )
    told.mapping["heading_row"], told.mapping["headings"] = 1, ["who", "much", "when"]
    told.save()
    read_deck(told)
    told.refresh_from_db()
    services.activate_deck(deck=told, actor="ana")
    second = previewed(provider, "when;who;much\n03/05/2027;1;2\n")
    assert second.status == DeckStatus.READY
    assert second.mapping["columns"] == {"prefix": 1, "price": 2, "effective": 0}


def test_a_deck_being_activated_by_somebody_else_is_waited_for(provider: Provider) -> None:
    """The provider's row is locked before anything is looked at."""
    deck = previewed(provider, "prefix;price\n1;1\n")
    with connection.execute_wrapper(_LockFirst()) as _none:
        services.activate_deck(deck=deck, actor="ana")


class _LockFirst:
    """Fails where a rate is read or written before the provider is locked."""

    locked = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.locked = self.locked or ("routing_provider" in sql and "FOR UPDATE" in sql)
        assert self.locked or "billing_" not in sql
        return execute(sql, params, many, context)
