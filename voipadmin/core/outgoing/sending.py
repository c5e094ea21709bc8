"""Sending of rows that derive from OutgoingMail; an app declares its model with what makes the letter of a row.

1. Beat looks for rows that wait and are due, the oldest first.
2. A worker holds a row's lock while it sends: of two workers, or after a restart of beat, one sends.
3. What the mail server does not take is tried again after 1, 5, 15, 60 and 240 minutes, and has failed then.
4. A letter that cannot be made, because its recipient may not see it for instance, has failed at once.

A worker that is killed between the server's yes and its own note sends once more, with the same Message-ID.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from voipadmin.core.errors import DomainError
from voipadmin.core.installation.queries import read_installation
from voipadmin.core.jobs.locking import MOST_STARTS, working_on
from voipadmin.core.mail.letters import Letter, write_letter
from voipadmin.core.models import MailStatus, OutgoingMail
from voipadmin.core.runtime.locks import lock_key, session_lock

log = structlog.get_logger(__name__)

Row = TypeVar("Row", bound=OutgoingMail)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
AT_ONCE = 50
ENOUGH_REFUSED = 3
LONGEST_ERROR = 300


_MAKERS: dict[type[OutgoingMail], Callable[[Any], Letter]] = {}


def declare_outgoing(model: type[Row], make: Callable[[Row], Letter]) -> None:
    """Have the rows of a model sent; `make` returns the letter of one, or raises DomainError where there is none."""
    _MAKERS[model] = make


def send_due_letters(now: datetime | None = None) -> int:
    """Send what waits and is due, some of each model; return how many letters the mail server took.

    One worker at a time, who gives up for this time after a few that were not taken: a server that hangs keeps one
    process busy, and not for long.
    """
    with session_lock(lock_key(b"letters")) as lock:
        if lock is None:
            return 0
        due = {"status": MailStatus.WAITING, "next_try_at__lte": now or timezone.now()}
        sent = not_taken = 0
        for model in _MAKERS:
            rows: Any = model._default_manager
            for row in rows.filter(**due).order_by("next_try_at")[:AT_ONCE]:
                is_sent = send_letter(row)
                sent += is_sent
                not_taken += not is_sent and row.status == MailStatus.WAITING
                if not_taken >= ENOUGH_REFUSED:
                    return sent
        return sent


def send_letter(row: OutgoingMail) -> bool:
    """Send the letter of a row that waits and is due; tell whether it was sent now."""
    with working_on(row, MailStatus.WAITING) as lock:
        if lock is None or row.next_try_at > timezone.now():
            return False
        if row.starts - row.tries > MOST_STARTS:
            _failed(row, "Three workers began this and none finished it. Their log says why.")
            return False
        try:
            _message(row, _MAKERS[type(row)](row)).send()
        except DomainError as error:
            _failed(row, str(error.message))
            return False
        except (OSError, SMTPException) as error:
            _try_later(row, error)
            return False
        row.status, row.sent_at, row.error, row.tries = MailStatus.SENT, timezone.now(), "", row.tries + 1
        row.save(update_fields=["status", "sent_at", "error", "tries", "updated_at"])
    return True


def _message(row: OutgoingMail, letter: Letter) -> EmailMessage:
    message = write_letter(letter)
    message.from_email = read_installation().mail_from or settings.DEFAULT_FROM_EMAIL
    # The same each time, so that a letter that is sent once more is known.
    domain = message.from_email.rpartition("@")[2].strip("<> ") or "localhost"
    message.extra_headers["Message-ID"] = f"<{row.pk}@{domain}>"
    return message


def _try_later(row: OutgoingMail, error: Exception) -> None:
    row.tries += 1
    text = f"{type(error).__name__}: {error}"
    log.warning("letter.not_sent", letter=str(row.pk), tries=row.tries, error=text)
    if row.tries > len(PAUSES):
        _failed(row, text)
        return
    row.next_try_at, row.error = timezone.now() + PAUSES[row.tries - 1], text[:LONGEST_ERROR]
    row.save(update_fields=["tries", "next_try_at", "error", "updated_at"])


def _failed(row: OutgoingMail, text: str) -> None:
    row.status, row.error = MailStatus.FAILED, text[:LONGEST_ERROR]
    row.save(update_fields=["status", "tries", "error", "updated_at"])


def try_again(row: OutgoingMail) -> None:
    """Have a letter that failed, or waits for its next try, sent at once."""
    rows: Any = type(row)._default_manager
    rows.filter(pk=row.pk).exclude(status=MailStatus.SENT).update(
        status=MailStatus.WAITING, tries=0, starts=0, next_try_at=timezone.now(), updated_at=timezone.now()
    )
