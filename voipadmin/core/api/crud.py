"""A router with list, create, read, replace, change and delete for a Resource."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import FilterSchema, Router, Status
from ninja.errors import ValidationError as NinjaValidationError
from ninja.params.models import Query as QueryParameters
from pydantic import BaseModel

from voipadmin.core.api.access import Needs
from voipadmin.core.api.input_errors import domain_problem, validation_problem
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.problems import not_found
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output, Page, page_query, partial_of
from voipadmin.core.api.versions import VERSIONED, refuse_other_version, tag
from voipadmin.core.errors import DomainError
from voipadmin.core.models import AnyModel
from voipadmin.core.viewer import Viewer

ONE = "/{uuid:id}"


@contextmanager
def domain_call(names: Mapping[str, str] | None = None, model: type[models.Model] | None = None) -> Iterator[None]:
    """Make one transaction of the block and problems of the domain's errors; `names` are the API's by the model's."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise validation_problem(error, names=names or {}, model=model) from error
    except DomainError as error:
        raise domain_problem(error, names=names or {}) from error


def crud_router(resource: Resource[AnyModel], *, comes_and_goes: bool = True) -> Router:
    """Return the router of `resource`; without a `write` schema it only reads.

    What comes and goes with something else is neither created nor deleted here.
    """
    router = Router(tags=[resource.tag])
    _add_list(router, resource)
    _add_one(router, resource)
    if resource.write is not None:
        _add_update(router, resource, resource.write, "put")
        _add_update(router, resource, partial_of(resource.write), "patch")
    if resource.write is not None and comes_and_goes:
        _add_create(router, resource, resource.write)
        _add_delete(router, resource)
    return router


def find(resource: Resource[AnyModel], user: Viewer, key: uuid.UUID, *, lock: bool = False) -> AnyModel:
    """Return the object, or raise 404 where there is none that `user` may see."""
    rows = resource.rows(user)
    if lock:
        # The lock comes first, on the bare row; what is shown with it is read after.
        resource.model._default_manager.select_for_update().filter(pk=key).values_list("pk").first()
    found = rows.filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def refuse_unknown_parameters(
    request: HttpRequest, *schemas: type[BaseModel], hidden: frozenset[str] = frozenset()
) -> None:
    """Raise 422 for a query parameter that the operation does not have: a filter must never be lost silently.

    What is `hidden` from the user is unknown to it as a filter, too: matches would tell what answers do not.
    """
    known = {name for schema in schemas for name in schema.model_fields} - hidden
    unknown = sorted(set(request.GET) - known)
    if unknown:
        message = f"Known are: {', '.join(sorted(known))}."
        raise NinjaValidationError(
            [{"loc": ("query", name), "type": "unknown_parameter", "msg": message} for name in unknown]
        )


def _describe(handler: Callable[..., object], name: str, doc: str, **annotations: Any) -> None:
    """Give a handler made in a factory the name, words and types that ninja reads.

    Ninja decides what it parses and documents from a handler's `__annotations__`. Inside a factory these can only name
    base classes, such as `payload: Input`; the entity's own schemas are known at run time and are written over them.
    """
    handler.__name__, handler.__doc__ = name, doc
    handler.__annotations__ = {"request": HttpRequest, **annotations}


def _add_list(router: Router, resource: Resource[AnyModel]) -> None:
    page_schema = page_query(resource.ordering, resource.default_ordering)
    answer = Page[resource.read]  # type: ignore[name-defined]  # a class made at run time

    def handler(request: HttpRequest, filters: FilterSchema, page: Any) -> Any:
        refuse_unknown_parameters(request, type(filters), page_schema, hidden=resource.hidden_names(request.user))
        rows = filters.filter(resource.rows(request.user))
        ordering = resource.order_path(page.ordering)
        found, cursor = page_of(rows, ordering=ordering, limit=page.limit, cursor=page.cursor)
        items = [resource.shown(item, request.user) for item in found]
        return answer.model_construct(items=items, next_cursor=cursor)

    _describe(handler, f"list_{resource.tag}", f"List the {resource.tag}.", filters=resource.filters, page=page_schema)
    handler.__defaults__ = (QueryParameters(...), QueryParameters(...))
    router.get("/", response=answer, auth=Needs(resource.permission("view")), operation_id=handler.__name__)(handler)


def _add_one(router: Router, resource: Resource[AnyModel]) -> None:
    def handler(request: HttpRequest, id: uuid.UUID, response: HttpResponse) -> Output:  # noqa: A002 - as documented
        found = find(resource, request.user, id)
        tag(response, found)
        return resource.shown(found, request.user)

    _describe(handler, f"read_{resource.tag}", "Read one.", id=uuid.UUID, response=HttpResponse)
    router.get(
        ONE,
        response=resource.read,
        auth=Needs(resource.permission("view")),
        operation_id=handler.__name__,
        url_name=f"{resource.tag}_one",
    )(handler)


def _add_create(router: Router, resource: Resource[AnyModel], schema: type[Input]) -> None:
    answer = resource.created or resource.read

    def handler(request: HttpRequest, payload: Input, response: HttpResponse) -> Status[Output]:
        with domain_call(resource.names(), resource.model):
            instance = resource.model()
            rest = resource.assign(instance, payload, request.user, only_sent=False)
            key = resource.save(instance, rest, request.user).pk
            shown = resource.shown(find(resource, request.user, key), request.user, answer)
        response["Location"] = reverse(f"api:{resource.tag}_one", kwargs={"id": key})
        return Status(201, shown)

    _describe(handler, f"create_{resource.tag}", "Create one.", payload=schema, response=HttpResponse)
    router.post("/", response={201: answer}, auth=Needs(resource.permission("add")), operation_id=handler.__name__)(
        handler
    )


def _add_update(router: Router, resource: Resource[AnyModel], schema: type[Input], method: str) -> None:
    def handler(request: HttpRequest, id: uuid.UUID, payload: Input, response: HttpResponse) -> Output:  # noqa: A002
        with domain_call(resource.names(), resource.model):
            instance = find(resource, request.user, id, lock=True)
            refuse_other_version(request, instance)
            rest = resource.assign(instance, payload, request.user, only_sent=method == "patch")
            resource.save(instance, rest, request.user)
            saved = find(resource, request.user, id)
            tag(response, saved)
            return resource.shown(saved, request.user)

    verb, doc = ("change", "Change what is sent, and nothing else.") if method == "patch" else ("replace", "Replace.")
    _describe(handler, f"{verb}_{resource.tag}", doc, id=uuid.UUID, payload=schema, response=HttpResponse)
    VERSIONED.add(handler)
    add = router.patch if method == "patch" else router.put
    add(ONE, response=resource.read, auth=Needs(resource.permission("change")), operation_id=handler.__name__)(handler)


def _add_delete(router: Router, resource: Resource[AnyModel]) -> None:
    def handler(request: HttpRequest, id: uuid.UUID) -> Status[None]:  # noqa: A002 - as above
        with domain_call(resource.names(), resource.model):
            instance = find(resource, request.user, id, lock=True)
            refuse_other_version(request, instance)
            resource.delete(instance)
        return Status(204, None)

    _describe(handler, f"delete_{resource.tag}", "Delete one.", id=uuid.UUID)
    VERSIONED.add(handler)
    router.delete(ONE, response={204: None}, auth=Needs(resource.permission("delete")), operation_id=handler.__name__)(
        handler
    )
