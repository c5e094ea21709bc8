"""Reads the allocated DIDs of a node and where their calls go."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from asterisk_sync.models import Node
from asterisk_sync.snapshot.node_scope import NodeScope
from asterisk_sync.snapshot.rows import rows_of
from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot
from customers.models import CustomerStatus
from numbering.models import DIDAllocation, DIDStatus


class _AllocationRow(NamedTuple):
    did_id: UUID
    did__number: str
    did__gateway__name: str | None
    customer_id: UUID
    destination_type: str
    extension_id: UUID | None
    forward_to: str
    did__conference: UUID | None
    did__conference__customer: UUID | None


class Numbers(NamedTuple):
    """The DIDs of a node, and what was read of their extensions.

    `extension_usernames` has an entry for each extension that a DID rings: None where it is not on the node.
    """

    dids: tuple[DIDSnapshot, ...]
    extension_usernames: Mapping[UUID, str | None]


def load_numbers(scope: NodeScope, customers: Sequence[CustomerSnapshot]) -> Numbers:
    """Return the allocated DIDs of these customers, by number."""
    codes = {customer.id: customer.code for customer in customers}
    usernames = usernames_of(customers)
    allocations = scope.on_node(scope.of_customers(_open_allocations(), codes), "did", "did_id").order_by("did__number")
    rows = list(rows_of(_AllocationRow, allocations))
    dids = tuple(
        DIDSnapshot(
            id=row.did_id,
            number=row.did__number,
            gateway=row.did__gateway__name or "",
            customer=codes[row.customer_id],
            destination=row.destination_type,
            extension=usernames.get(row.extension_id, "") if row.extension_id else "",
            forward_to=row.forward_to,
            conference=_conference_of(row),
        )
        for row in rows
        # A closed customer's are among the allocations where these were not narrowed to certain customers.
        if row.customer_id in codes
    )
    rung = (row.extension_id for row in rows if row.extension_id is not None)
    return Numbers(dids, {extension: usernames.get(extension) for extension in rung})


def _conference_of(row: _AllocationRow) -> str:
    """Return the conference whose dial-in number it is; one of a customer that had the number before is none."""
    is_its_own = row.did__conference__customer == row.customer_id
    return row.did__conference.hex if row.did__conference and is_its_own else ""


def usernames_of(customers: Sequence[CustomerSnapshot]) -> dict[UUID, str]:
    """Return the SIP user name of each extension by its key."""
    return {extension.id: extension.username for customer in customers for extension in customer.extensions}


def count_dids(node: Node) -> int:
    """Return how many DIDs the node has, without reading them."""
    scope = NodeScope(node)
    rows = _open_allocations().exclude(customer__status=CustomerStatus.CLOSED)
    return scope.on_node(scope.on_node(rows, "customer", "customer_id"), "did", "did_id").count()


def _open_allocations() -> QuerySet[DIDAllocation]:
    # Not by the clock: none begins in the future, and this machine's may be behind that of the one that allocated.
    return DIDAllocation.objects.filter(ends_at=None, did__status=DIDStatus.ALLOCATED)
