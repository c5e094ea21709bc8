"""A carrier's list of 200,000 rows previewed by the worker's own code, beside looking up and saving row by row."""

import os
import random
import time
from collections.abc import Iterator
from decimal import Decimal

import django
from django.core.management import call_command

from tests.bench.figure import Figure

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from billing.decks import services  # noqa: E402 - see above
from billing.decks.comparison.preview import read_deck  # noqa: E402 - see above
from billing.models import BuyRate, Deck, DeckStatus  # noqa: E402 - see above
from routing.models import Provider  # noqa: E402 - see above

ROWS = int(os.environ.get("BENCH_DECK_ROWS", "200000"))
PLAIN_ROWS = 2_000


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    call_command("migrate", verbosity=0)
    yield deck_preview()


def price_list(factor: int) -> bytes:
    """Return a list as Brazilian carriers send it, with the same prefixes each time and prices a little apart."""
    drawn = random.Random(1)  # noqa: S311 - repeatable prices, not secrets
    prefixes = sorted(drawn.sample(range(10**6, 10**7), ROWS))
    rows = (
        f"{prefix};Destino {prefix // 10**4};0,{drawn.randrange(1000, 5000) + factor * (prefix % 3):04d};30/6\n"
        for prefix in prefixes
    )
    return ("Prefixo;Descrição;Preço/min;Cadência\n" + "".join(rows)).encode("cp1252")


def preview(provider: Provider, factor: int) -> tuple[Deck, float]:
    """Upload a list and have it read as a worker does; return it with the seconds of the reading."""
    deck = services.upload_deck(
        provider=provider,
        file_name="tests.bench.csv",
        content=price_list(factor),
        currency="BRL",
        is_full=True,
        actor="bench",
    )
    began = time.perf_counter()
    read_deck(deck)
    taken = time.perf_counter() - began
    deck.refresh_from_db()
    assert deck.status == DeckStatus.READY, deck.summary
    return deck, taken


def row_by_row(provider: Provider) -> float:
    """Return the seconds that looking up and saving each row would take, from the first of them."""
    lines = price_list(1).decode("cp1252").splitlines()[1 : PLAIN_ROWS + 1]
    began = time.perf_counter()
    for line in lines:
        prefix, _name, price, _blocks = line.split(";")
        rate = BuyRate.objects.get(provider=provider, pattern=prefix, effective_until=None)
        rate.price_per_minute = Decimal(price.replace(",", "."))
        rate.save(update_fields=["price_per_minute", "updated_at"])
    return (time.perf_counter() - began) / len(lines) * ROWS


def deck_preview() -> Figure:
    """Preview a full list against as many present rates, which a first list brought."""
    provider = Provider.objects.create(name="Bench")
    first, first_seconds = preview(provider, 0)
    began = time.perf_counter()
    services.activate_deck(deck=first, actor="bench")
    activation = time.perf_counter() - began
    second, seconds = preview(provider, 1)
    assert sum(second.summary["counts"].values()) == ROWS
    return Figure(
        name="deck_preview",
        value=round(seconds, 2),
        unit="seconds",
        yardstick=round(row_by_row(provider), 1),
        yardstick_name=f"the same rows looked up and saved one by one, {PLAIN_ROWS} of them scaled up",
        wanted="under 10 s",
        details={
            "rows": ROWS,
            "first_list_seconds": round(first_seconds, 2),
            "activation_seconds": round(activation, 2),
        },
    )
