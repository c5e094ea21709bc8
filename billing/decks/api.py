"""The REST API of decks: uploaded, asked about, looked at line by line, and made to count."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Query, Status
from ninja.files import UploadedFile

from billing.decks import services
from billing.decks.schemas import (
    DeckFilters,
    DeckOut,
    DeckRowFilters,
    DeckRowOut,
    MappingIn,
    UploadIn,
    UploadMapping,
)
from billing.models import Deck, DeckRow
from routing.models import Provider
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find, refuse_unknown_parameters
from voipadmin.core.api.forms import json_field, refuse_unknown_fields
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.problems import too_large
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Page, page_query
from voipadmin.core.sheets.files import LARGEST_FILE

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
RowPage = page_query(("row", "pattern"), "row")


@decks_router.post("/", response={201: DeckOut}, auth=Needs("billing.add_deck"), operation_id="upload_deck")
def upload_deck(request: HttpRequest, response: HttpResponse, form: Form[UploadIn], file: File[UploadedFile]) -> Any:
    """Take a carrier's file, CSV or XLSX, up to 50 MB; a worker makes its dry run."""
    refuse_unknown_fields(request, {*UploadIn.model_fields, "file"})
    if (file.size or 0) > LARGEST_FILE:
        raise too_large()
    told = json_field(UploadMapping, form.mapping, "mapping")
    with domain_call({"provider": "provider_id", "file_name": "file"}, Deck):
        providers = Provider.objects.all()
        deck = services.upload_deck(
            provider=visible_reference(providers, key=form.provider_id, user=request.user, field="provider_id"),
            file_name=file.name or "",
            content=file.read(),
            actor=request.user.get_username(),
            told=services.Told(told.answers.given(), told.places()),
            **form.model_dump(exclude={"provider_id", "mapping"}),
        )
    response["Location"] = reverse("api:decks_one", kwargs={"id": deck.pk})
    return Status(201, decks.shown(deck, request.user))


@decks_router.delete(ONE, response={204: None}, auth=Needs("billing.delete_deck"), operation_id="delete_decks")
def delete_deck(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Throw away a deck that never counted."""
    with domain_call({}, Deck):
        services.delete_deck(deck=find(decks, request.user, id))
    return Status(204, None)


@decks_router.get(
    f"{ONE}/rows", response=Page[DeckRowOut], auth=Needs("billing.view_deck"), operation_id="list_deck_rows"
)
def list_deck_rows(
    request: HttpRequest,
    id: uuid.UUID,  # noqa: A002 - the path's name
    filters: Query[DeckRowFilters],
    page: Query[RowPage],  # type: ignore[valid-type]  # a class made at run time
) -> Any:
    """List what becomes of each prefix."""
    refuse_unknown_parameters(request, DeckRowFilters, RowPage)
    asked: Any = page
    rows = filters.filter(DeckRow.objects.filter(deck=find(decks, request.user, id)))
    found, cursor = page_of(rows, ordering=asked.ordering, limit=asked.limit, cursor=asked.cursor)
    return Page[DeckRowOut].model_construct(items=[DeckRowOut.model_validate(row) for row in found], next_cursor=cursor)


@decks_router.post(f"{ONE}/answers", response=DeckOut, auth=CHANGE, operation_id="answer_deck")
def answer_deck(request: HttpRequest, id: uuid.UUID, payload: MappingIn) -> Any:  # noqa: A002 - the path's name
    """Answer a deck's questions, or say which column is what; it is read again."""
    with domain_call({}, Deck):
        deck = find(decks, request.user, id)
        return decks.shown(
            services.answer_deck(deck=deck, answers=payload.answers.given(), columns=payload.places()), request.user
        )


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
