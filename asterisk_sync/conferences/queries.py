"""What became of the calls of a session, and what they cost: from the call records, not from what was seen live."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from asterisk_sync.conferences.labels import cause_in_words
from asterisk_sync.models import ConferenceLeg, ConferenceSession, LegState
from billing.authorization.refused.pages import REASON_LABELS
from billing.models import Cdr, RefusedCall
from voipadmin.core.errors import Message
from voipadmin.core.viewer import Viewer

# The clocks of a node and of the panel differ by no more than this, and a call lasts no longer than a day.
CLOCKS = timedelta(minutes=5)
LONGEST = timedelta(days=1, hours=1)
ZERO = Decimal(0)
# A node that tells nothing for so long does not answer.
UNSEEN_AFTER = timedelta(seconds=10)


@dataclass(frozen=True)
class LegView:
    """A call of a session as people are shown it; `price` is None until its record is there and priced.

    `why` says why it did not join, or was ended by the network.
    """

    leg: ConferenceLeg
    price: Decimal | None = None
    currency: str = ""
    record: Cdr | None = None
    why: Message = ""

    @property
    def seconds(self) -> int | None:
        """Return how long it was in the room, None while it is or where it was not."""
        if self.leg.joined_at is None or self.leg.left_at is None:
            return None
        return int((self.leg.left_at - self.leg.joined_at).total_seconds())


@dataclass(frozen=True)
class SessionView:
    """A session with its calls, and what all of them cost so far by currency."""

    session: ConferenceSession
    legs: tuple[LegView, ...] = ()
    totals: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def joined(self) -> int:
        """Return how many are in the room."""
        return sum(view.leg.state == LegState.JOINED for view in self.legs)

    @property
    def joined_text(self) -> str:
        """Return it in words."""
        return ngettext("%(count)s in the room", "%(count)s in the room", self.joined) % {"count": self.joined}

    @property
    def is_unseen(self) -> bool:
        """Tell whether it goes on and its node has told nothing of it for a while."""
        last = self.session.seen_at or self.session.created_at
        return self.session.ended_at is None and timezone.now() - last > UNSEEN_AFTER


def records_of(session: ConferenceSession) -> list[Cdr]:
    """Return all records of the calls of a session: each attempt of each call, in their order."""
    linkedids = [leg.linkedid for leg in session.legs.all() if leg.linkedid]
    if not linkedids:
        return []
    ended = session.ended_at
    span = Q(started_at__gte=session.created_at - CLOCKS)
    span &= Q(started_at__lte=(ended + CLOCKS) if ended else session.created_at + LONGEST)
    return list(Cdr.objects.filter(span, linkedid__in=linkedids).order_by("started_at", "sequence"))


def view_session(session: ConferenceSession, user: Viewer) -> SessionView:
    """Return a session with its calls as `user` may see them, in three queries."""
    legs = list(session.legs.all())
    by_call: dict[str, list[Cdr]] = defaultdict(list)
    for record in records_of(session):
        by_call[record.linkedid].append(record)
    refused = RefusedCall.objects.visible_to(user).filter(
        customer=session.conference.customer_id, uniqueid__in=[leg.uniqueid for leg in legs if leg.uniqueid]
    )
    reasons = {row.uniqueid: row.shown_reason for row in refused}
    views = tuple(_view(leg, by_call.get(leg.linkedid, []), reasons.get(leg.uniqueid, "")) for leg in legs)
    return SessionView(session, views, _totals(views))


def _view(leg: ConferenceLeg, records: list[Cdr], refusal: str) -> LegView:
    final = next((record for record in records if record.is_last_attempt), None)
    priced = [record for record in records if record.price is not None]
    cause = leg.cause if leg.cause is not None else (final.cause if final else None)
    return LegView(
        leg,
        price=sum((record.price or ZERO for record in priced), ZERO) if priced else None,
        currency=priced[0].currency if priced else "",
        record=final,
        why=_why(leg, cause, refusal),
    )


def _why(leg: ConferenceLeg, cause: int | None, refusal: str) -> Message:
    if leg.state != LegState.REFUSED:
        return ""
    if refusal:
        return REASON_LABELS.get(refusal, refusal)
    return cause_in_words(cause)


def _totals(views: Iterable[LegView]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for view in views:
        if view.price is not None:
            totals[view.currency] += view.price
    return dict(totals)
