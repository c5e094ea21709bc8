"""The REST API of generations: what was rendered, accepted, refused or found, and how two of them differ."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import FilterSchema, Query, Schema

from asterisk_sync.generations.comparison import compare_generations
from asterisk_sync.generations.pending import set_before
from asterisk_sync.models import Generation, GenerationStatus
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, find, refuse_unknown_parameters
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Output


class GeneratedFile(Output):
    """A file of a set."""

    sha256: str
    bytes: int


class GenerationOut(Output):
    """A whole set of files of a node; `removals` names what the set before it had and this one has not."""

    id: uuid.UUID
    node_id: uuid.UUID
    number: int
    status: GenerationStatus
    refused_reason: str
    content_hash: str
    directory: str
    files: dict[str, GeneratedFile]
    object_counts: dict[str, int]
    removals: dict[str, list[str]]
    verification: dict[str, int]
    text_kept: bool
    accepted_at: datetime | None
    created_at: datetime


class GenerationFilters(FilterSchema):
    """What a list of generations may be narrowed by."""

    node_id: uuid.UUID | None = None
    status: GenerationStatus | None = None
    number: int | None = None


class DiffQuery(Schema):
    """Which set to compare with."""

    against: uuid.UUID | None = None


class FileDiffOut(Output):
    """The unified difference of one file; secrets are masked, and what always differs is left out."""

    name: str
    added: int
    removed: int
    diff: str


class DiffOut(Output):
    """What a set has and another has not; without `before` everything is new, `unreadable` where a text is gone."""

    before: uuid.UUID | None
    after: uuid.UUID
    unreadable: bool
    files: list[FileDiffOut]


generations = Resource(
    model=Generation,
    tag="generations",
    read=GenerationOut,
    filters=GenerationFilters,
    ordering=("created_at", "number"),
    default_ordering="-created_at",
)
generations_router = crud_router(generations)


@generations_router.get(
    f"{ONE}/diff", response=DiffOut, auth=Needs("asterisk_sync.view_generation"), operation_id="diff_generations"
)
def diff(request: HttpRequest, id: uuid.UUID, query: Query[DiffQuery]) -> Any:  # noqa: A002 - the name in the path
    """Compare a set with another of its node, or with the accepted one before it."""
    refuse_unknown_parameters(request, DiffQuery)
    after = find(generations, request.user, id)
    before = set_before(after)
    if query.against is not None:
        others = Generation.objects.filter(node=after.node_id)
        before = visible_reference(others, key=query.against, user=request.user, field="against")
    found = compare_generations(before, after)
    files = [
        FileDiffOut(name=item.name, added=item.added, removed=item.removed, diff=item.text()) for item in found.files
    ]
    return DiffOut(before=before.pk if before else None, after=after.pk, unreadable=found.unreadable, files=files)
