"""The REST API of drift: what was found on nodes, and what is done about it."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema

from asterisk_sync import drift
from asterisk_sync.models import DriftFinding, DriftKind, Settlement
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Output

DECIDE = "asterisk_sync.sync_node"


class DriftOut(Output):
    """Something on a node that is not as it was accepted; open until it is settled."""

    id: uuid.UUID
    node_id: uuid.UUID
    kind: DriftKind
    subject: str
    detail: str
    generation_id: uuid.UUID | None
    settlement: Settlement | None
    settled_at: datetime | None
    settled_by: str
    created_at: datetime

    @staticmethod
    def resolve_settlement(finding: Any) -> str | None:
        """Answer null for what is open."""
        return finding.settlement or None


class DriftFilters(FilterSchema):
    """What a list of findings may be narrowed by."""

    node_id: uuid.UUID | None = None
    kind: DriftKind | None = None
    settlement: Settlement | None = None
    open: Annotated[bool | None, FilterLookup("settled_at__isnull")] = None


findings = Resource(
    model=DriftFinding,
    tag="drift",
    read=DriftOut,
    filters=DriftFilters,
    ordering=("created_at", "settled_at"),
    default_ordering="-created_at",
)
drift_router = crud_router(findings)


@drift_router.post(f"{ONE}/mend", response=DriftOut, auth=Needs(DECIDE), operation_id="mend_drift")
def mend(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Bring the node back to what it accepted; everything open on it that can be mended is."""
    with domain_call():
        drift.mend(finding=find(findings, request.user, id), actor=request.user.get_username())
    return findings.shown(find(findings, request.user, id), request.user)


@drift_router.post(f"{ONE}/adopt", response=DriftOut, auth=Needs(DECIDE), operation_id="adopt_drift")
def adopt(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Take what was found as it is: a set becomes live and is held, a foreign object is known from now on."""
    with domain_call():
        drift.adopt(finding=find(findings, request.user, id), actor=request.user.get_username())
    return findings.shown(find(findings, request.user, id), request.user)
