"""The job that reads a deck; what is left to do with it is begun once more on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from billing.decks.comparison.preview import read_deck
from billing.decks.services import READ_KIND
from billing.models import Deck, DeckStatus
from voipadmin.core.errors import Message
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.models import Job


def _read_deck(run: JobRun) -> None:
    """Read a deck; one that was thrown away meanwhile needs no reading."""
    deck = Deck.objects.select_related("provider").filter(pk=run.parameters["deck"]).first()
    if deck is not None:
        read_deck(deck)
        run.result = {"state": deck.status}


def _deck_state(job: Job) -> Message:
    return DeckStatus(job.result["state"]).label if job.result.get("state") in DeckStatus.values else ""


def _deck(job: Job) -> str:
    return reverse("billing:deck_detail", args=[job.parameters["deck"]])


declare(
    JobKind(
        code=READ_KIND, label=gettext_lazy("Reading of a deck"), icon="file-spreadsheet", work=_read_deck,
        result_of=_deck_state, address_of=_deck, can_cancel=False, can_repeat=False,
    )
)  # fmt: skip
