"""Which nodes carry an object."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.node import Node
from customers.models import Customer
from numbering.models import DID
from routing.models import Gateway
from voipadmin.core.models import BaseModel


class Placement(BaseModel):
    """A node that carries an object; an object without any lives on every node."""

    # Protected: without its last placement an object would be on every node. It has to be placed elsewhere first.
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="placements", verbose_name=_("node"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    gateway = models.ForeignKey(
        Gateway, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("gateway")
    )
    did = models.ForeignKey(
        DID, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("DID")
    )

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, gateway=None, did=None)
                | Q(customer=None, gateway__isnull=False, did=None)
                | Q(customer=None, gateway=None, did__isnull=False),
                name="placement_of_one_object",
            ),
            models.UniqueConstraint(fields=["customer", "node"], name="customer_once_a_node"),
            models.UniqueConstraint(fields=["gateway", "node"], name="gateway_once_a_node"),
            models.UniqueConstraint(fields=["did", "node"], name="did_once_a_node"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} · {self.node}"

    @property
    def owner(self) -> Customer | Gateway | DID:
        """The object that was placed."""
        owner = self.customer or self.gateway or self.did
        if owner is None:
            raise ValueError("a placement without an object, which the database refuses")
        return owner
