"""What belongs to one node, as conditions of queries.

Customers, gateways and DIDs are on every node, or on those for which they have placements; all other rows follow one of
these.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from asterisk_sync.models import Node, Placement

Rows = TypeVar("Rows", bound="QuerySet[Any]")


class NodeScope:
    """Narrows querysets to the rows of one node, and to certain customers where some are named."""

    def __init__(self, node: Node, customers: Collection[UUID] | None = None) -> None:
        self._node = node
        self._customers = customers
        # Asked several times for each snapshot; the answer may be another one for the next.
        self.has_placements = cache(_has_placements)

    def on_node(self, rows: Rows, kind: str, key: str = "pk") -> Rows:
        """Keep the rows whose customer, gateway or DID is on the node.

        `kind` is the column of Placement, `key` the lookup from a row to that object. Where nothing of the kind was
        ever placed the condition is left out: most installations have one node.
        """
        if not self.has_placements(kind):
            return rows
        placements = Placement.objects.filter(**{kind: OuterRef(key)})
        return rows.filter(Exists(placements.filter(node=self._node)) | ~Exists(placements))

    def requested(self, customers: Rows) -> Rows:
        """Keep the customers that were named, all of them where none were."""
        return customers if self._customers is None else customers.filter(pk__in=self._customers)

    def of_customers(self, rows: Rows, customers: Collection[UUID]) -> Rows:
        """Keep the rows of these customers, which are those of the node; left out where that is every customer.

        The keys could be joined, but given as values they let PostgreSQL use the index of the customer.
        """
        are_some = self._customers is not None or self.has_placements("customer")
        return rows.filter(customer__in=customers) if are_some else rows


def _has_placements(kind: str) -> bool:
    """Tell whether any object of the kind was ever placed."""
    return Placement.objects.filter(**{f"{kind}__isnull": False}).exists()
