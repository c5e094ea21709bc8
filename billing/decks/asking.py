"""What is asked before a deck counts, or counts no longer."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.decks.queries import LISTS
from billing.models import Deck, DeckStatus
from voipadmin.core.pages.entities.consequences import Figure, Question
from voipadmin.core.text.decimals import format_money, grouped_count


def activation_question(deck: Deck) -> Question:
    """Return what is asked before a deck is activated: how many rates change, and last week's margin at its prices."""
    return Question(
        title=_("Activate “%(deck)s”?") % {"deck": deck},
        button=_("Activate"),
        icon="check",
        effects=[
            _("Calls of %(provider)s cost what this list says, from the dates in it on.") % {"provider": deck.provider},
            _("Routes by least cost choose by these prices from then on."),
        ],
        figures=[*_changes(deck), *_replay(deck)],
        state=deck.updated_at.isoformat(),
        undo=_("It can be undone until a later deck of the provider is active; calls of the meantime keep their cost."),
        is_dangerous=False,
        refusal=_refusal(deck, DeckStatus.READY),
    )


def undo_question(deck: Deck) -> Question:
    """Return what is asked before an activation is taken back."""
    return Question(
        title=_("Undo the activation of “%(deck)s”?") % {"deck": deck},
        button=_("Undo"),
        icon="undo-2",
        effects=[
            _("The rates of %(provider)s are again exactly what they were before.") % {"provider": deck.provider},
            _("Calls of the meantime keep their cost until they are rated again."),
        ],
        figures=list(_changes(deck)),
        undo=_("Upload the list again to activate it again."),
        refusal=_refusal(deck, DeckStatus.ACTIVE),
    )


def _changes(deck: Deck) -> Iterable[Figure]:
    counts: dict[str, int] = deck.summary.get("counts", {})
    for name, label in LISTS.items():
        count = int(deck.summary.get("below_cost", 0) if name == "below" else counts.get(name, 0))
        if count:
            yield Figure(label, grouped_count(count), matters=name == "below")


def _replay(deck: Deck) -> Iterable[Figure]:
    replay: dict[str, Any] | None = deck.summary.get("replay")
    if not replay:
        return
    total = replay["all"]
    yield Figure(_("Last week’s calls at these prices"), grouped_count(int(total["calls"])))
    yield Figure(_("Margin as it was"), _cents(total["margin"], deck.currency))
    worse = Decimal(total["new_margin"]) < Decimal(total["margin"])
    yield Figure(_("Margin as it would be"), _cents(total["new_margin"], deck.currency), matters=worse)


def _cents(value: object, currency: str) -> str:
    return format_money(Decimal(str(value)).quantize(Decimal("0.01")), currency)


def _refusal(deck: Deck, allowed: DeckStatus) -> str:
    if deck.status == allowed:
        return ""
    return _("This cannot be done now; the deck is: %(state)s.") % {"state": deck.get_status_display()}
