"""The messages are compared in English, whatever the interface starts in."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from billing.decks import services
from routing.models import Provider
from tests.billing.decks.trying import dry_run
from tests.factories import ProviderFactory


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English during a test."""
    with translation.override("en"):
        yield


@pytest.fixture
def carrier(db: None) -> Provider:
    """Return a carrier that sells 5511 at 0.04 and 5521 at 0.05."""
    made: Provider = ProviderFactory.create()
    deck = dry_run(made, "prefix;price\n5511;0,04\n5521;0,05\n")
    services.activate_deck(deck=deck, actor="ana")
    return made
