"""What the toast of a success says, with a way to take the action back where there is one."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import Message as Toast
from django.http import HttpRequest

from voipadmin.core.errors import Message

# The tag of a message that carries the address of its undoing; an address has no spaces, so it is one tag.
# The undoing of UNDO is a question, which opens in the dialog; that of UNDO_BY_FORM is a page.
UNDO, UNDO_BY_FORM = "undo:", "undo-by-form:"


@dataclass(frozen=True)
class Undoing:
    """The address that takes an action back, and whether it is a question or a form with fields of its own."""

    url: str
    is_question: bool


def say_done(request: HttpRequest, text: Message, undo_url: str = "", *, by_form: bool = False) -> None:
    """Show `text` on the next page; with an address, the toast has a button that leads to the undoing."""
    tag = f"{UNDO_BY_FORM if by_form else UNDO}{undo_url}" if undo_url else ""
    messages.success(request, str(text), extra_tags=tag)


def undoing_of(message: Toast) -> Undoing | None:
    """Return how what a message tells of is undone; None where it is not."""
    tags = message.extra_tags or ""
    for prefix in (UNDO, UNDO_BY_FORM):
        if tags.startswith(prefix):
            return Undoing(tags.removeprefix(prefix), is_question=prefix == UNDO)
    return None
