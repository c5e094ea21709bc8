"""Writes of decks: upload, answers, activation and its undoing. The provider's row is locked first, then the deck's."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.alarms import DECK_STOPPED
from billing.decks.activation import rates_changed_since, take_back_rates, write_rates
from billing.decks.columns.layout import LASTING, Layout, layout_of
from billing.decks.columns.report import ASKED
from billing.decks.comparison.preview import state_of_rates
from billing.decks.questions import DeckRefused
from billing.decks.rows.answers import is_answer
from billing.models import Deck, DeckFile, DeckStatus
from routing.models import Provider
from voipadmin.core.errors import Conflict
from voipadmin.core.jobs.locking import resume_jobs
from voipadmin.core.jobs.services import begin_job, is_under_way
from voipadmin.core.sheets.files import LARGEST_FILE
from voipadmin.core.sheets.input_errors import column_index

READ_TASK, READ_KIND = "billing.read_deck", "deck_reading"
OPEN = (DeckStatus.UPLOADED, DeckStatus.READING, DeckStatus.ASKING, DeckStatus.READY, DeckStatus.REFUSED)
# What was answered about the rates of one moment says nothing about those of another.
OF_THE_MOMENT = ("far_price", "far_from_shorter", "half_gone")


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a list: answers by question, and columns by their place from 0 where they are named."""

    answers: Mapping[str, str]
    columns: Mapping[str, int] | None = None


NOTHING_TOLD = Told({})


def upload_deck(
    *,
    provider: Provider,
    file_name: str,
    content: bytes,
    currency: str,
    is_full: bool,
    actor: str,
    effective_from: datetime | None = None,
    told: Told = NOTHING_TOLD,
) -> Deck:
    """Keep a carrier's file and have it read; its columns are first taken to be those of the provider's last deck.

    How the carrier writes may be told before it is asked: which column is what, the order of dates, the decimal sign.
    """
    if len(content) > LARGEST_FILE:
        message = _("The file is larger than %(size)s MB.") % {"size": LARGEST_FILE >> 20}
        raise DeckRefused(message, field="file", code="too_large")
    last = Deck.objects.filter(provider=provider, activated_at__isnull=False).order_by("-activated_at").first()
    layout = layout_of(layout_of(last.mapping).remembered() if last else {})
    _tell(layout, told, asked=())
    deck = Deck(
        provider=provider,
        file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        currency=currency,
        is_full=is_full,
        effective_from=effective_from,
        mapping=layout.kept(),
        actor=actor[:60],
    )
    with transaction.atomic():
        deck.full_clean()
        deck.save()
        DeckFile.objects.create(deck=deck, content=content)
        ask_to_read(deck)
    return deck


def ask_to_read(deck: Deck) -> None:
    """Have a job read a deck, unless one is about to; where the broker is away it waits until it is found."""
    if not is_under_way(READ_KIND, deck=str(deck.pk)):
        begin_job(READ_KIND, actor=deck.actor, subject=str(deck), parameters={"deck": str(deck.pk)}, total=100)


def resume_decks() -> int:
    """Have decks read whose worker was killed or whose message was lost; return how many."""
    unread = Deck.objects.filter(status__in=(DeckStatus.UPLOADED, DeckStatus.READING)).select_related("provider")
    return resume_jobs(unread, ask_to_read, DECK_STOPPED)


def read_again(*, deck: Deck) -> Deck:
    """Have a deck read once more, against the rates of now."""
    with transaction.atomic():
        locked = _locked(deck, OPEN)
        if locked.status == DeckStatus.READY:
            for code in OF_THE_MOMENT:
                locked.mapping.get("answers", {}).pop(code, None)
        locked.status, locked.progress, locked.starts = DeckStatus.UPLOADED, {}, 0
        locked.save(update_fields=["status", "progress", "starts", "mapping", "updated_at"])
        ask_to_read(locked)
    return locked


def answer_deck(*, deck: Deck, answers: Mapping[str, str], columns: Mapping[str, int] | None = None) -> Deck:
    """Keep what was answered and have the deck read again; a no to what looks wrong refuses it."""
    with transaction.atomic():
        locked = _locked(deck, (DeckStatus.ASKING, DeckStatus.REFUSED, DeckStatus.READY))
        layout = layout_of(locked.mapping)
        asked = [question["code"] for question in locked.summary.get("questions", ())]
        _tell(layout, Told(answers, columns), asked)
        _leave_out(layout, locked.summary.get("columns", ()), is_told=columns is not None)
        refused = "no" in answers.values()
        locked.mapping = layout.kept()
        locked.status, locked.starts = DeckStatus.REFUSED if refused else DeckStatus.UPLOADED, 0
        locked.save(update_fields=["mapping", "status", "starts", "updated_at"])
        if not refused:
            ask_to_read(locked)
    return locked


def _tell(layout: Layout, told: Told, asked: Iterable[str]) -> None:
    """Put what a person says into a layout; a yes to what nobody asked yet is none."""
    for code, answer in told.answers.items():
        if not is_answer(code, answer) or code not in {*asked, *LASTING}:
            raise DeckRefused(_("This is no answer to the question."), field=code, code="no_answer")
    layout.answers |= told.answers
    if told.columns is None:
        return
    layout.columns = dict(told.columns)
    layout.answers["columns"] = "told"
    if not layout.is_complete:
        raise DeckRefused(_("Prefix and price are needed."), field="prefix", code="columns")
    if len(set(told.columns.values())) < len(told.columns):
        raise DeckRefused(_("One column cannot be two things."), field="columns", code="columns")


def _leave_out(layout: Layout, shown: Iterable[Mapping[str, Any]], *, is_told: bool) -> None:
    """Remember columns as unused: those that were asked about and answered so, or all that were shown and not named."""
    if not is_told and layout.answers.pop("unused", "") != "yes":
        return
    used = set(layout.columns.values())
    left = [
        index
        for use in shown
        if (index := column_index(use["column"])) not in used and (is_told or use["state"] == ASKED)
    ]
    layout.unused = sorted({*layout.unused, *map(layout.key_of, left)})


def activate_deck(*, deck: Deck, actor: str, now: datetime | None = None) -> Deck:
    """Make a deck count, all of it: old rates end where new ones begin, and a full deck ends what it does not name.

    Of two people at once the second waits and is refused, as is whoever looked at a preview of other rates.
    """
    with transaction.atomic():
        Provider.objects.select_for_update().get(pk=deck.provider_id)
        locked = _locked(deck, (DeckStatus.READY,))
        if locked.summary.get("state") != state_of_rates(locked.provider):
            raise Conflict(_("The provider's rates changed after this preview. Have the deck read again."))
        moment = now or timezone.now()
        write_rates(locked, moment)
        locked.status, locked.activated_at, locked.actor = DeckStatus.ACTIVE, moment, actor[:60]
        locked.save(update_fields=["status", "activated_at", "actor", "updated_at"])
        _log(locked, "", str(locked.summary.get("counts", {})))
    return locked


def undo_deck(*, deck: Deck, actor: str) -> Deck:
    """Give back exactly what was before a deck was activated; only the provider's last one can be undone."""
    with transaction.atomic():
        Provider.objects.select_for_update().get(pk=deck.provider_id)
        locked = _locked(deck, (DeckStatus.ACTIVE,))
        later = Deck.objects.filter(
            provider=locked.provider_id, status=DeckStatus.ACTIVE, activated_at__gt=locked.activated_at
        )
        if later.exists():
            raise DeckRefused(_("A later deck of this provider is active. Undo that one first."), code="not_last")
        if rates_changed_since(locked):
            raise Conflict(_("Rates that this deck ended were changed since. Correct them by hand or by a new deck."))
        moment = timezone.now()
        take_back_rates(locked, moment)
        locked.status, locked.undone_at, locked.actor = DeckStatus.UNDONE, moment, actor[:60]
        locked.save(update_fields=["status", "undone_at", "actor", "updated_at"])
        _log(locked, str(locked.summary.get("counts", {})), "")
    return locked


def delete_deck(*, deck: Deck) -> None:
    """Throw away a deck that never counted."""
    with transaction.atomic():
        _locked(deck, OPEN).delete()


def _locked(deck: Deck, allowed: tuple[DeckStatus, ...]) -> Deck:
    locked: Deck | None = Deck.objects.select_for_update().filter(pk=deck.pk).first()
    if locked is None or locked.status not in allowed:
        state = locked.get_status_display() if locked else _("Deleted")
        raise DeckRefused(_("This cannot be done now; the deck is: %(state)s.") % {"state": state}, code="wrong_state")
    return locked


def _log(deck: Deck, before: str, after: str) -> None:
    """Enter it into the provider's changelog: one entry tells more than 200,000."""
    entries: Any = LogEntry.objects
    changes = {"deck": [f"{deck.file_name} {before}" if before else "", f"{deck.file_name} {after}" if after else ""]}
    entries.log_create(deck.provider, force_log=True, action=LogEntry.Action.UPDATE, changes=changes)
