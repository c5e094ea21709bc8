"""What the toast of a success says, with a way to take the action back where there is one."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message as Toast
from django.http import HttpRequest

from voipadmin.core.errors import Message

# The tag of a message that carries the address of its undoing; an address has no spaces, so it is one tag.
UNDO = "undo:"


def say_done(request: HttpRequest, text: Message, undo_url: str = "") -> None:
    """Show `text` on the next page; with an address, the toast has a button that leads to the undoing's question."""
    messages.success(request, str(text), extra_tags=f"{UNDO}{undo_url}" if undo_url else "")


def undo_url_of(message: Toast) -> str:
    """Return the address of a message's undoing; empty where it has none."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
