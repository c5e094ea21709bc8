"""The REST API of the audit log."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import refuse_unknown_parameters
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.schemas import Moment, Output, Page, page_query
from voipadmin.core.audit.described import Change, describe
from voipadmin.users.audit import queries
from voipadmin.users.audit.pages import PERMISSION

router = Router(tags=["audit"])
AuditPage = page_query(("timestamp",), "-timestamp")
NO_NULL = r"^[^\x00]*$"


def _address(text: str) -> str:
    queries.from_address(LogEntry.objects.none(), text)
    return text


class FieldOut(Output):
    """What a field was and is, in words; both are empty where it is masked."""

    label: str
    before: str
    after: str
    masked: bool


class AuditOut(Output):
    """One entry: `action` is create, update, delete, access or an event; entries of one save have the same `save`."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    kind: str
    object_id: str
    object: str
    changes: list[FieldOut]
    save: str


class AuditFilters(Schema):
    """What the log may be narrowed by; `happened_before` is not included."""

    q: Annotated[str, Field(max_length=100, pattern=NO_NULL, description="Beginnings of words of the name.")] = ""
    who: Annotated[str, Field(max_length=60, pattern=NO_NULL, description="The whole user name.")] = ""
    action: Annotated[str, Field(max_length=30, pattern=r"^[a-z_]*$")] = ""
    kind: Annotated[str, Field(max_length=60, pattern=r"^([a-z_]+\.[a-z_]+)?$", examples=["customers.customer"])] = ""
    object_id: uuid.UUID | None = None
    address: Annotated[str | None, Field(max_length=50), AfterValidator(_address)] = None
    happened_from: Moment | None = None
    happened_before: Moment | None = None
    save: Annotated[str, Field(max_length=64, pattern=NO_NULL)] = ""


@router.get("/", response=Page[AuditOut], auth=Needs(PERMISSION), operation_id="list_audit")
def list_audit(
    request: HttpRequest,
    filters: Query[AuditFilters],
    page: Query[AuditPage],  # type: ignore[valid-type]  # a class made at run time
) -> Any:
    """List changes, log-ins, downloads, secrets that were shown and other events."""
    refuse_unknown_parameters(request, AuditFilters, AuditPage)
    asked: Any = page
    rows = _narrowed(filters)
    found, cursor = page_of(rows, ordering=asked.ordering, limit=asked.limit, cursor=asked.cursor)
    return Page[AuditOut].model_construct(items=[_shown(change) for change in describe(found)], next_cursor=cursor)


def _narrowed(filters: AuditFilters) -> Any:
    rows: Any = queries.audit_entries()
    steps: list[tuple[Any, Any]] = [
        (filters.q, queries.with_words),
        (filters.who, queries.by_whom),
        (filters.action, queries.of_action),
        (filters.address, queries.from_address),
        (filters.kind, _of_kind),
    ]
    for value, keep in steps:
        rows = keep(rows, value) if value else rows
    exact = {
        "timestamp__gte": filters.happened_from,
        "timestamp__lt": filters.happened_before,
        "object_pk": filters.object_id,
        "cid": filters.save,
    }
    return rows.filter(**{name: value for name, value in exact.items() if value})


def _of_kind(rows: Any, kind: str) -> Any:
    app_label, _dot, model = kind.partition(".")
    return rows.filter(content_type=ContentType.objects.filter(app_label=app_label, model=model).first())


def _shown(change: Change) -> dict[str, Any]:
    fields = [
        FieldOut.model_construct(label=field.label, before=field.before, after=field.after, masked=field.secret)
        for field in change.fields
    ]
    return {
        "id": change.key,
        "at": change.at,
        "actor": change.actor,
        "address": change.remote_addr,
        "action": change.action_code,
        "kind": change.model._meta.label_lower if change.model is not None else "",
        "object_id": change.subject_key,
        "object": change.subject_label,
        "changes": fields,
        "save": change.save,
    }
