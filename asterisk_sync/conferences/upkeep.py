"""What is done about conferences by the clock: start those that are due, remind people, correct what is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from asterisk_sync.conferences.queries import records_of
from asterisk_sync.conferences.schedule import next_time
from asterisk_sync.conferences.services import start_conference
from asterisk_sync.models import OPEN_STATES, Conference, ConferenceLeg, ConferenceSession, EndReason, LegState
from billing.models import Cdr, Direction, Disposition
from voipadmin.core.errors import DomainError

log = structlog.get_logger(__name__)

SCHEDULE = "schedule"
# A conference that was due longer ago, because nothing ran, is not held any more: people do not expect it.
MOST_LATE = timedelta(minutes=15)
# A node that has not closed a session so long after its longest time does not answer.
LOST_AFTER = timedelta(minutes=5)
# Records come late where a node was away.
SETTLED_WITHIN = timedelta(hours=6)


def start_due(now: datetime) -> int:
    """Start the conferences whose time has come, and note when each is held next; return how many were started."""
    started = 0
    for key in Conference.objects.filter(next_at__lte=now).values_list("pk", flat=True):
        with transaction.atomic():
            conference = Conference.objects.select_for_update().filter(pk=key, next_at__lte=now).first()
            if conference is None or conference.next_at is None:
                continue
            is_late = now - conference.next_at > MOST_LATE
            first = timezone.localtime(conference.starts_at) if conference.starts_at else None
            conference.next_at = next_time(first, conference.repeats, now)
            conference.save(update_fields=["next_at", "updated_at"])
        started += not is_late and _start(conference)
    return started


def _start(conference: Conference) -> bool:
    try:
        start_conference(conference=conference, actor=SCHEDULE)
    except DomainError as error:
        log.warning("conference_not_started", conference=str(conference.pk), error=str(error.message))
        return False
    return True


def remind(now: datetime) -> int:
    """Write to the participants of conferences that are held soon, once for each time; return how many letters."""
    soon = Conference.objects.filter(remind_minutes__gt=0, next_at__gt=now, next_at__lte=now + timedelta(days=7))
    sent = 0
    for conference in soon.exclude(reminded_for=F("next_at")).select_related("customer", "dial_in"):
        if conference.next_at is None or conference.next_at - timedelta(minutes=conference.remind_minutes) > now:
            continue
        # Noted first: a letter that fails is missing, and nobody gets it twice a minute.
        fresh = Conference.objects.filter(pk=conference.pk).exclude(reminded_for=conference.next_at)
        if fresh.update(reminded_for=conference.next_at):
            sent += _write_to(conference, conference.next_at)
    return sent


def _write_to(conference: Conference, moment: datetime) -> int:
    with translation.override(settings.LANGUAGE_CODE):
        when = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
        subject = _("Conference “%(name)s”, %(when)s") % {"name": conference.name, "when": when}
        lines = [
            _("The conference “%(name)s” of %(customer)s begins at %(when)s.")
            % {"name": conference.name, "customer": conference.customer.name, "when": when},
            _("You will be called. You need not do anything but answer."),
        ]
        if conference.dial_in is not None:
            number = f"+{conference.dial_in.number}"
            lines.append(_("If you come late, call %(number)s while it goes on.") % {"number": number})
    sent = 0
    for participant in conference.participants.exclude(email=""):
        try:
            sent += send_mail(subject, "\n\n".join(lines), None, [participant.email])
        except OSError as error:
            log.error("reminder_not_sent", conference=str(conference.pk), error=str(error))
    return sent


def close_lost(now: datetime) -> int:
    """Close the sessions that no node has closed long after their longest time; return how many there were."""
    lost = ConferenceSession.objects.current().filter(closes_at__lt=now - LOST_AFTER)
    count = 0
    for session in lost:
        with transaction.atomic():
            legs = ConferenceLeg.objects.filter(session=session, state__in=OPEN_STATES)
            legs.filter(joined_at=None).update(state=LegState.REFUSED, left_at=now)
            legs.exclude(joined_at=None).update(state=LegState.LEFT, left_at=now)
            session.ended_at, session.end_reason = now, EndReason.LOST
            session.save(update_fields=["ended_at", "end_reason", "updated_at"])
        count += 1
    return count


def settle(now: datetime) -> None:
    """Correct ended sessions by their call records: what became of each call, and who dialled in unseen.

    An event may be lost, and a worker may have been away: the records were written all the same.
    """
    ended = ConferenceSession.objects.filter(ended_at__gte=now - SETTLED_WITHIN)
    for session in ended.select_related("conference").prefetch_related("legs"):
        records = records_of(session)
        answered = {record.linkedid: record for record in records if record.answered_at is not None}
        last = {record.linkedid: record for record in records if record.is_last_attempt}
        _correct(session.legs.all(), answered, last)
        _add_unseen(session)


def _correct(legs: Iterable[ConferenceLeg], answered: dict[str, Cdr], last: dict[str, Cdr]) -> None:
    for leg in legs:
        record = answered.get(leg.linkedid)
        if leg.state == LegState.REFUSED and record is not None:
            leg.state, leg.joined_at, leg.left_at = LegState.LEFT, record.answered_at, record.ended_at
            leg.save(update_fields=["state", "joined_at", "left_at", "updated_at"])
        elif leg.state == LegState.REFUSED and leg.cause is None and leg.linkedid in last:
            leg.cause = last[leg.linkedid].cause
            leg.save(update_fields=["cause", "updated_at"])


def _add_unseen(session: ConferenceSession) -> None:
    """Add the calls to the dial-in number that were answered while the session went on, and that nobody saw."""
    did = session.conference.dial_in_id
    # Where a PIN is asked for, an answered call need not have come in.
    if did is None or session.ended_at is None or session.conference.pin:
        return
    known = {leg.linkedid for leg in session.legs.all()}
    calls = Cdr.objects.filter(
        did=did,
        direction=Direction.INBOUND,
        disposition=Disposition.ANSWERED,
        answered_at__gte=session.created_at,
        started_at__gte=session.created_at - LOST_AFTER,
        started_at__lte=session.ended_at,
    )
    ConferenceLeg.objects.bulk_create(
        ConferenceLeg(
            session=session,
            number=call.src[:48],
            dialled_in=True,
            state=LegState.LEFT,
            linkedid=call.linkedid,
            uniqueid=call.uniqueid,
            called_at=call.started_at,
            joined_at=call.answered_at,
            left_at=call.ended_at,
        )
        for call in calls
        if call.linkedid not in known
    )
