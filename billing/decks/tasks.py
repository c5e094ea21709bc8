"""Celery entry points of decks."""

from uuid import UUID

from celery import shared_task

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.services import READ_TASK
from billing.models import Deck
from voipadmin.core.runtime.task_limits import LONG, SHORT


@shared_task(name=READ_TASK, **LONG)  # type: ignore[untyped-decorator]  # celery has no types
def read_deck_file(key: str) -> None:
    """Make the dry run of a deck; one that was thrown away meanwhile needs none."""
    deck = Deck.objects.filter(pk=UUID(key)).first()
    if deck is not None:
        read_deck(deck)


@shared_task(name="billing.resume_decks", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def resume_decks() -> int:
    """Have decks read that no worker is reading; beat calls it every 15 s."""
    return services.resume_decks()
