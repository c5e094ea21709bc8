"""What lives on one node, as conditions of queries."""

from collections.abc import Collection
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from asterisk_sync.models import Node, Placement

Rows = TypeVar("Rows", bound="QuerySet[Any]")


class Residents:
    """Narrows rows to those that are a node's; where nothing was ever placed no condition is added."""

    def __init__(self, node: Node, customers: Collection[UUID] | None = None) -> None:
        self._node = node
        self._customers = customers
        self.are_chosen = cache(_are_chosen)

    def narrow(self, rows: Rows, kind: str, key: str = "pk") -> Rows:
        """Keep what lives here: `key` leads from a row to its customer, gateway or DID."""
        if not self.are_chosen(kind):
            return rows
        chosen = Placement.objects.filter(**{kind: OuterRef(key)})
        return rows.filter(Exists(chosen.filter(node=self._node)) | ~Exists(chosen))

    def asked_for(self, customers: Rows) -> Rows:
        """Keep the customers that were asked for, all of them where none were named."""
        return customers if self._customers is None else customers.filter(pk__in=self._customers)

    def belonging(self, rows: Rows, customers: Collection[UUID]) -> Rows:
        """Keep what belongs to the node's customers; their keys let the database go by its index."""
        are_some = self._customers is not None or self.are_chosen("customer")
        return rows.filter(customer__in=customers) if are_some else rows


def _are_chosen(kind: str) -> bool:
    """Tell whether nodes were chosen for any object of the kind."""
    return Placement.objects.filter(**{f"{kind}__isnull": False}).exists()
