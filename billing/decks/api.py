"""The REST API of decks: how far they are, and what makes them count. Files are uploaded on the page."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema

from billing.decks import services
from billing.models import Deck, DeckStatus
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Output


class DeckOut(Output):
    """A carrier's price list; `summary` counts what it changes and names its questions and faults."""

    id: uuid.UUID
    provider_id: uuid.UUID
    file_name: str
    status: DeckStatus
    currency: str
    is_full: bool
    effective_from: datetime | None
    progress: dict[str, Any]
    summary: dict[str, Any]
    actor: str
    activated_at: datetime | None
    undone_at: datetime | None
    created_at: datetime
    updated_at: datetime


class DeckFilters(FilterSchema):
    """What a list of decks may be narrowed by."""

    provider_id: uuid.UUID | None = None
    status: DeckStatus | None = None
    search: Annotated[str | None, FilterLookup(["file_name__icontains", "provider__name__icontains"])] = None


decks = Resource(
    model=Deck,
    tag="decks",
    read=DeckOut,
    filters=DeckFilters,
    ordering=("created_at", "updated_at"),
    default_ordering="-created_at",
)
decks_router = crud_router(decks)
CHANGE = Needs("billing.change_deck")


@decks_router.post(f"{ONE}/read", response=DeckOut, auth=CHANGE, operation_id="read_deck_again")
def read_deck_again(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have a deck read against the rates of now."""
    with domain_call({}, Deck):
        return decks.shown(services.read_again(deck=find(decks, request.user, id)), request.user)


@decks_router.post(f"{ONE}/activate", response=DeckOut, auth=CHANGE, operation_id="activate_deck")
def activate_deck(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Make a deck count, all of it."""
    with domain_call({}, Deck):
        deck = services.activate_deck(deck=find(decks, request.user, id), actor=request.user.get_username())
        return decks.shown(deck, request.user)


@decks_router.post(f"{ONE}/undo", response=DeckOut, auth=CHANGE, operation_id="undo_deck")
def undo_deck(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Give back the rates that were before it."""
    with domain_call({}, Deck):
        deck = services.undo_deck(deck=find(decks, request.user, id), actor=request.user.get_username())
        return decks.shown(deck, request.user)
