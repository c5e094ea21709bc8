"""The demo's rate plan with its cheaper hours, and a carrier's price lists: one in force, one that waits."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.accounts.services import save_settings
from billing.decks.comparison.preview import read_deck
from billing.decks.services import Told, activate_deck, upload_deck
from billing.models import Deck, HolidayCalendar, OnHolidays, RatePlan, Tariff, TimeWindow
from billing.plans.services import HolidayDay, save_calendar
from customers.models import Customer
from reports.demo.rates import PLAN, PLAN_RATES
from routing.models import Provider
from voipadmin.core.services import save_object

PLAN_CUSTOMERS = ("AGILCRED", "SEGURAMAIS")
HOLIDAYS = (
    (1, 1, "Confraternização Universal"), (4, 21, "Tiradentes"), (5, 1, "Dia do Trabalho"), (9, 7, "Independência"),
    (10, 12, "Nossa Senhora Aparecida"), (11, 2, "Finados"), (11, 15, "Proclamação da República"),
    (11, 20, "Consciência Negra"), (12, 25, "Natal"),
)  # fmt: skip
NIGHT = (time(20), time(8))
DECK_PROVIDER = "Claro Atacado"
DECK_SINCE = timedelta(days=45)
PERSON = "financeiro"
# Brazil's area codes, by their first digit.
AREAS = {
    "1": "123456789", "2": "12478", "3": "1234578", "4": "123456789", "5": "1345", "6": "123456789", "7": "134579",
    "8": "123456789", "9": "123456789",
}  # fmt: skip
# What the waiting list changes: the areas by their first digit, and how much of the price is left.
CHANGED = {"2": Decimal("1.12"), "5": Decimal("0.92"), "9": Decimal("1.95")}
DROPPED = ("68", "96")
ADDED = (("54", "Argentina", "0.155"), ("598", "Uruguai", "0.310"), ("595", "Paraguai", "0.290"))
STEPS = 3


def make_prices(now: datetime) -> Iterator[str]:
    """Make plan, hours and price lists where they are not there yet; yield what was made."""
    if not RatePlan.objects.filter(name=PLAN).exists():
        _make_plan(now)
    yield PLAN
    provider = Provider.objects.get(name=DECK_PROVIDER)
    decks = provider.decks.count()
    if not decks:
        _activate(_upload(provider, "claro-atacado-outubro.csv", price_list(is_next=False)), now - DECK_SINCE)
    yield DECK_PROVIDER
    if decks <= 1:
        _upload(provider, "claro-atacado-dezembro.csv", price_list(is_next=True))
    yield DECK_PROVIDER


def price_list(*, is_next: bool) -> bytes:
    """Return a price list as Brazilian carriers write them."""
    lines = ["Prefixo;Destino;Preço/min (R$);Cadência"]
    for first, seconds in AREAS.items():
        for area in (first + second for second in seconds):
            if is_next and area in DROPPED:
                continue
            change = CHANGED.get(first, Decimal(1)) if is_next else Decimal(1)
            mobile = (Decimal("0.091") + Decimal(int(area) % 7) / 400) * change
            lines.append(f"55{area}9;Celular DDD {area};{_in_reais(mobile)};30/6")
            lines.append(f"55{area};Fixo DDD {area};{_in_reais(mobile / 3)};30/6")
    if is_next:
        lines += [f"{prefix};{name};{_in_reais(Decimal(price))};30/6" for prefix, name, price in ADDED]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _in_reais(amount: Decimal) -> str:
    return f"{amount:.4f}".replace(".", ",")


def _upload(provider: Provider, file_name: str, content: bytes) -> Deck:
    deck = upload_deck(
        provider=provider,
        file_name=file_name,
        content=content,
        currency=provider.currency,
        is_full=True,
        actor=PERSON,
        told=Told({"decimal": ","}),
    )
    read_deck(deck)
    deck.refresh_from_db()
    return deck


def _activate(deck: Deck, at: datetime) -> None:
    activate_deck(deck=deck, actor=PERSON, now=at)
    Deck.objects.filter(pk=deck.pk).update(created_at=at)


def _make_plan(now: datetime) -> None:
    plan = RatePlan(name=PLAN, notes="Celular por VC1, VC2 e VC3; fixo mais barato à noite e em feriados.")
    save_object(plan)
    year = timezone.localdate(now).year
    calendar = save_calendar(
        calendar=HolidayCalendar(name="Feriados nacionais"),
        days=[HolidayDay(date(y, month, day), name) for y in (year, year + 1) for month, day, name in HOLIDAYS],
    )
    night = TimeWindow(name="Noite", starts_at=NIGHT[0], ends_at=NIGHT[1])
    holidays = TimeWindow(
        name="Feriado", starts_at=time(), ends_at=time(), calendar=calendar, on_holidays=OnHolidays.ONLY
    )
    windows = {window.name: window for window in (night, holidays)}
    for window in windows.values():
        save_object(window)
    for name, pattern, origin, hours, price in PLAN_RATES:
        tariff = Tariff(
            name=name,
            pattern=pattern,
            plan=plan,
            origin_prefix=origin,
            window=windows.get(hours),
            price_per_minute=Decimal(price),
            effective_from=now - timedelta(days=365),
        )
        save_object(tariff)
    for code in PLAN_CUSTOMERS:
        account = account_of(Customer.objects.get(code=code))
        account.plan = plan
        save_settings(account=account)
