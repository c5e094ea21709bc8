"""Letters of the panel: plain text with HTML beside it, in the language of whoever reads it, with attachments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from voipadmin.core.errors import Message

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it is written: `template` names a pair such as `mail/alarms` (`.txt` and `.html`).

    Subject and context are written in the reader's language: what depends on it is lazy, or a callable.
    Without a `sender` it is DEFAULT_FROM_EMAIL.
    """

    to: Sequence[str]
    language: str
    subject: Message | Callable[[], Message]
    template: str
    context: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    sender: str = ""


def send_letter(letter: Letter) -> None:
    """Write a letter and hand it to the mail server; raise OSError or SMTPException where it takes none."""
    write_letter(letter).send()


def write_letter(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as it is sent: text, HTML, attachments, and the mark by which no machine answers it."""
    with translation.override(letter.language):
        context = letter.context() if callable(letter.context) else letter.context
        subject = str(letter.subject() if callable(letter.subject) else letter.subject)
        whole = {
            "site_name": settings.SITE_NAME,
            "panel_url": settings.PANEL_URL,
            "language": letter.language,
            **context,
        }
        text = render_to_string(f"{letter.template}.txt", whole)
        page = render_to_string(f"{letter.template}.html", whole)
    mail = EmailMultiAlternatives(
        # One line: what an alarm names may hold anything.
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        body=text.strip() + "\n",
        from_email=letter.sender or settings.DEFAULT_FROM_EMAIL,
        to=list(letter.to),
        headers={"Auto-Submitted": "auto-generated", "Message-ID": make_msgid(domain=_domain(letter.sender))},
        attachments=[(item.name, item.content, item.media_type) for item in letter.attachments],
    )
    mail.attach_alternative(page, "text/html")
    return mail


def _domain(sender: str) -> str:
    """Return the domain of the sender: make_msgid would ask the network for the machine's name, for seconds."""
    return (sender or settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("<> ") or "localhost"
