"""The REST API of who is told of alarms: receivers of mail, webhooks, and the messages of these."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterSchema, Status
from pydantic import Field

from voipadmin.core.alarms import addressees
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output
from voipadmin.core.models import AlarmReceiver, MessageStatus, Webhook, WebhookMessage

ORDERING = ("name", "created_at", "updated_at")
Name = Annotated[str, Field(min_length=1, max_length=80)]
Language = Annotated[str, Field(max_length=10, description="pt-br or en.")]
Kinds = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]],
    Field(max_length=100, description="Kinds of alarms, such as gateway_down; empty: all."),
]


class ReceiverIn(Input):
    """Somebody who gets alarms by mail."""

    name: Name
    email: Annotated[str, Field(min_length=3, max_length=200)]
    language: Language = "pt-br"
    severe_only: bool = False
    kinds: Kinds = []
    enabled: bool = True


class ReceiverOut(Output):
    """Somebody who gets alarms by mail."""

    id: uuid.UUID
    name: str
    email: str
    language: str
    severe_only: bool
    kinds: list[str]
    enabled: bool
    created_at: datetime
    updated_at: datetime


class WebhookIn(Input):
    """A program that is sent alarms."""

    name: Name
    url: Annotated[str, Field(min_length=8, max_length=500, description="https://example.com/alarms.")]
    language: Language = "pt-br"
    severe_only: bool = False
    kinds: Kinds = []
    enabled: bool = True


class WebhookOut(Output):
    """A program that is sent alarms; `disabled_reason` says why the panel switched it off."""

    id: uuid.UUID
    name: str
    url: str
    language: str
    severe_only: bool
    kinds: list[str]
    enabled: bool
    disabled_reason: str
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookCreated(WebhookOut):
    """A webhook with its secret, which is not answered again."""

    secret: str


class MessageOut(Output):
    """A message and what became of it; `message_id` is its `webhook-id`."""

    id: uuid.UUID
    webhook_id: uuid.UUID
    message_id: str
    type: str
    body: str
    status: MessageStatus
    failures: int
    due_at: datetime
    delivered_at: datetime | None
    created_at: datetime


class AttemptOut(Output):
    """A try: the HTTP status and the beginning of the answer, or the error."""

    at: datetime
    status: int | None
    milliseconds: int
    excerpt: str
    error: str


class AddresseeFilters(FilterSchema):
    """What a list of receivers or webhooks may be narrowed by."""

    enabled: bool | None = None


class MessageFilters(FilterSchema):
    """What a list of messages may be narrowed by."""

    webhook_id: uuid.UUID | None = None
    status: MessageStatus | None = None


def _save_receiver(receiver: AlarmReceiver, _rest: Any, _user: Any) -> AlarmReceiver:
    return addressees.save_receiver(receiver)


def _save_webhook(webhook: Webhook, _rest: Any, _user: Any) -> Webhook:
    is_new = webhook._state.adding
    saved = addressees.save_webhook(webhook)
    if is_new:
        addressees.show_secret_once(webhook=saved)
    return saved


receivers_router = crud_router(
    Resource(
        model=AlarmReceiver,
        tag="alarm_receivers",
        read=ReceiverOut,
        write=ReceiverIn,
        filters=AddresseeFilters,
        ordering=ORDERING,
        default_ordering="name",
        save=_save_receiver,
    )
)
webhooks = Resource(
    model=Webhook,
    tag="webhooks",
    read=WebhookOut,
    write=WebhookIn,
    created=WebhookCreated,
    filters=AddresseeFilters,
    ordering=ORDERING,
    default_ordering="name",
    save=_save_webhook,
)
webhooks_router = crud_router(webhooks)
messages = Resource(
    model=WebhookMessage,
    tag="webhook_messages",
    read=MessageOut,
    filters=MessageFilters,
    ordering=("created_at", "due_at"),
    default_ordering="-created_at",
)
messages_router = crud_router(messages)


@webhooks_router.post(
    f"{ONE}/renew-secret",
    response=WebhookCreated,
    auth=Needs("core.change_webhook"),
    operation_id="renew_webhook_secret",
)
def renew_webhook_secret(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Give it a new secret, which is answered once; the one before it signs as well for a while."""
    with domain_call():
        webhook = addressees.renew_secret(webhook=find(webhooks, request.user, id))
        addressees.show_secret_once(webhook=webhook)
    return webhooks.shown(webhook, request.user, WebhookCreated)


@webhooks_router.post(
    f"{ONE}/test", response={201: MessageOut}, auth=Needs("core.change_webhook"), operation_id="test_webhook"
)
def test_webhook(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have a message sent that tells of no alarm; its attempts say what was answered."""
    with domain_call():
        message = addressees.send_test(webhook=find(webhooks, request.user, id))
    return Status(201, messages.shown(message, request.user))


@messages_router.get(
    f"{ONE}/attempts",
    response=list[AttemptOut],
    auth=Needs("core.view_webhookmessage"),
    operation_id="list_webhook_attempts",
)
def list_webhook_attempts(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """List the tries to deliver a message, oldest first."""
    return [AttemptOut.model_validate(item) for item in find(messages, request.user, id).attempts.all()]


@messages_router.post(
    f"{ONE}/send-again",
    response=MessageOut,
    auth=Needs("core.change_webhookmessage"),
    operation_id="send_webhook_message_again",
)
def send_webhook_message_again(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have a message sent once more, under the same id."""
    with domain_call():
        message = addressees.send_again(message=find(messages, request.user, id))
    return messages.shown(message, request.user)


ROUTERS = {"alarm-receivers": receivers_router, "webhooks": webhooks_router, "webhook-messages": messages_router}
