"""First and next prices, other hours, ends and kinds of numbers come to what the carrier will charge."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.models import BuyRate, Deck, DeckStatus, TimeWindow
from billing.rating.bulk.calls import BulkPrices
from billing.rating.calls import CallFacts, ProviderCost, price_call
from billing.tariffs.loader import load_tariffs
from routing.models import Provider
from tests.billing.decks.field_lists import FIELD
from tests.billing.decks.trying import asked, dry_run
from tests.factories import ProviderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
ZONE = ZoneInfo("America/Sao_Paulo")
# After all dates of the samples, and after today.
DAY = max(timezone.localdate(), date(2026, 12, 10)) + timedelta(days=30)
NOON, NIGHT = datetime.combine(DAY, time(12), ZONE), datetime.combine(DAY, time(23), ZONE)


@pytest.fixture
def fresh() -> Provider:
    made: Provider = ProviderFactory.create(cost_per_minute=Decimal(0))
    return made


@pytest.fixture
def nights() -> TimeWindow:
    made: TimeWindow = TimeWindow.objects.create(name="Horário reduzido", starts_at=time(20), ends_at=time(6))
    return made


def activated(carrier: Provider, content: bytes | str, **answers: str) -> Deck:
    deck = dry_run(carrier, content)
    if answers:
        services.answer_deck(deck=deck, answers=answers)
        read_deck(deck)
        deck.refresh_from_db()
    assert deck.status == DeckStatus.READY, deck.summary
    return services.activate_deck(deck=deck, actor="ana")


def cost(carrier: Provider, number: str, seconds: int, *, at: datetime = NOON, origin: str = "") -> Decimal | None:
    """Return what a call costs by the carrier's deck, one by one and over arrays alike; None where it has no price."""
    call = CallFacts("outbound", number, at, seconds, ProviderCost(Decimal(0), "BRL", carrier.pk), origin)
    book = load_tariffs()
    alone, (together,) = price_call(call, book), BulkPrices(book).price_calls([call])
    assert alone == together
    return alone.cost if alone.cost_source == "deck" else None


def test_the_first_interval_has_its_own_price(fresh: Provider) -> None:
    text = "prefix;interval 1;interval n;price 1;price n\n5511;30;6;0,60;0,30\n5521;60;60;0,60;0,60\n"
    activated(fresh, text)
    rate = BuyRate.objects.get(pattern="5511")
    assert (rate.bands, rate.price_per_minute) == ("0:0.6/60/30 30:0.3/60/6", Decimal("0.45"))
    assert [cost(fresh, "551130001234", seconds) for seconds in (1, 30, 31, 60)] == [
        Decimal("0.3"), Decimal("0.3"), Decimal("0.33"), Decimal("0.45"),
    ]  # fmt: skip
    assert BuyRate.objects.get(pattern="5521").bands == ""


def test_other_hours_have_their_price_where_a_time_window_is_named_for_them(
    fresh: Provider, nights: TimeWindow
) -> None:
    activated(fresh, "prefix;peak rate;off-peak rate\n5511;0,60;0,30\n5521;0,60;\n5531;0,60;0,60\n")
    assert (cost(fresh, "551130001234", 60), cost(fresh, "551130001234", 60, at=NIGHT)) == (
        Decimal("0.6"), Decimal("0.3"),
    )  # fmt: skip
    assert cost(fresh, "552130001234", 60, at=NIGHT) == Decimal("0.6")
    # Hours that cost the same need no price of their own.
    assert set(BuyRate.objects.exclude(window=None).values_list("pattern", "window")) == {("5511", nights.pk)}


def test_hours_that_no_time_window_is_named_for_are_asked_about_and_remembered(fresh: Provider) -> None:
    text = "prefix;rate;off-peak rate;weekend rate\n5511;0,60;0,30;0,20\n"
    assert asked(fresh, text) == [("off_peak", 2, "C"), ("weekend", 2, "D")]
    night = TimeWindow.objects.create(name="Cheap", starts_at=time(20), ends_at=time(6))
    activated(fresh, text, off_peak=str(night.pk), weekend="higher")
    assert cost(fresh, "551130001234", 60, at=NIGHT) == Decimal("0.3")
    assert cost(fresh, "551130001234", 60) == Decimal("0.6")
    activated(fresh, text.replace("0,30", "0,31"))
    assert cost(fresh, "551130001234", 60, at=NIGHT) == Decimal("0.31")
    night.name = "Other"
    night.save()
    assert dry_run(fresh, text).status == DeckStatus.READY


def test_the_higher_price_of_two_hours_holds_at_all_where_that_is_chosen(fresh: Provider) -> None:
    headings = "prefix;interval 1;interval n;price 1;price n;off-peak price 1;off-peak price n"
    activated(fresh, f"{headings}\n5511;30;6;0,60;0,30;0,50;0,40\n", off_peak="higher")
    assert BuyRate.objects.get().bands == "0:0.6/60/30 30:0.4/60/6"


def test_a_prefix_that_is_taken_out_or_blocked_has_no_price_at_any_hour(fresh: Provider, nights: TimeWindow) -> None:
    activated(fresh, "prefix;rate;off-peak rate\n5511;0,60;0,30\n5521;0,60;0,30\n5531;0,60;0,30\n")
    deck = dry_run(fresh, "prefix;rate;change\n5511;;delete\n5521;;blocked\n5531;0,70;\n", is_full=False)
    services.activate_deck(deck=deck, actor="ana")
    assert {cost(fresh, f"55{area}30001234", 60, at=NIGHT) for area in (11, 21)} == {None}
    assert cost(fresh, "553130001234", 60, at=NIGHT) == Decimal("0.3")
    services.undo_deck(deck=deck, actor="ana")
    assert cost(fresh, "551130001234", 60, at=NIGHT) == Decimal("0.3")


def test_a_full_list_ends_the_hours_that_it_does_not_name(fresh: Provider, nights: TimeWindow) -> None:
    activated(fresh, "prefix;rate;off-peak rate\n5511;0,60;0,30\n")
    deck = dry_run(fresh, "prefix;rate\n5511;0,60\n")
    assert deck.summary["counts"] == {"same": 1, "gone": 1}
    services.activate_deck(deck=deck, actor="ana")
    assert cost(fresh, "551130001234", 60, at=NIGHT) == Decimal("0.6")


def test_a_rate_ends_with_the_day_that_is_named_or_at_its_moment(fresh: Provider) -> None:
    following = datetime.combine(DAY + timedelta(days=1), time(), ZONE)
    text = (
        f"prefix;price;effective;end date\n5511;0,60;{DAY};{DAY}\n5521;0,60;;{DAY} 12:00:00\n"
        f"5531;0,60;;{DAY} 23:59:59\n5541;0,60;;31/12/9999\n5551;0,60;;{DAY}T15:00:00Z\n"
    )
    activated(fresh, text)
    ends = {rate.pattern: rate.effective_until for rate in BuyRate.objects.all()}
    assert ends == {
        "5511": following, "5521": NOON, "5531": following, "5541": None,
        "5551": datetime.combine(DAY, time(15), UTC),
    }  # fmt: skip


def test_a_rate_that_ends_is_followed_by_the_next_and_the_same_list_again_changes_nothing(fresh: Provider) -> None:
    first, second = (timezone.localdate() + timedelta(days=days) for days in (10, 20))
    text = f"prefix;price;effective;end date\n5511;0,60;;{first}\n5511;0,60;{second};\n"
    activated(fresh, text)
    assert [rate.effective_until is None for rate in BuyRate.objects.order_by("effective_from")] == [False, True]
    assert dry_run(fresh, text).summary["counts"] == {"same": 2}
    assert dry_run(fresh, "prefix;price\n5511;0,60\n").summary["counts"] == {"terms": 1}


def test_what_ended_before_today_is_not_sold(fresh: Provider) -> None:
    activated(fresh, "prefix;price\n5511;0,60\n5521;0,60\n")
    deck = dry_run(fresh, "prefix;price;end date\n5511;0,60;2020-01-31\n5521;0,60;\n5531;0,60;2020-01-31\n")
    assert (deck.summary["counts"], deck.summary["not_there"]) == ({"gone": 1, "same": 1}, 1)


def test_fixed_mobile_and_vc_columns_price_the_numbers_that_they_are_for(fresh: Provider) -> None:
    activated(fresh, (FIELD / "ddd_fixmov.csv").read_bytes())
    assert cost(fresh, "551132345678", 60) == Decimal("0.03")
    assert cost(fresh, "5511987654321", 60) == Decimal("0.11")
    assert cost(fresh, "5521987654321", 60) == Decimal("0.12")
    activated(fresh, (FIELD / "vc_cols.csv").read_bytes())
    origins = ("551133334444", "551933334444", "552133334444")
    found = [cost(fresh, "5511987654321", 60, origin=origin) for origin in origins]
    assert found == [Decimal("0.15"), Decimal("0.18"), Decimal("0.21")]


def test_portaone_is_read_but_for_its_hours(fresh: Provider, nights: TimeWindow) -> None:
    deck = activated(fresh, (FIELD / "portaone.csv").read_bytes())
    assert deck.summary["not_there"] == 1
    assert (cost(fresh, "551132345678", 60), cost(fresh, "551132345678", 60, at=NIGHT)) == (
        Decimal("0.009"), Decimal("0.007"),
    )  # fmt: skip
    assert [rate.is_blocked for rate in BuyRate.objects.filter(pattern="53")] == [True]
    assert not BuyRate.objects.filter(pattern="5521").exists()
