"""What routing refuses when customers or their addresses change."""

from typing import Any

from django.db.models import Count
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, TrunkAddress
from customers.services import AddressTaken
from customers.signals import trunk_address_saving
from routing.models import Route
from routing.queries import gateway_inside
from voipadmin.core.errors import InUse


@receiver(pre_delete, sender=Customer, dispatch_uid="routing.customer_deleting")
def keep_routes_restricted(instance: Customer, **_kwargs: Any) -> None:
    """Refuse to delete the only customer of a route: a route without customers is for all."""
    locked = Route.objects.select_for_update().filter(customers=instance).order_by("pk")
    own = Route.objects.filter(pk__in=[route.pk for route in locked]).annotate(count=Count("customers")).filter(count=1)
    names = ", ".join(own.order_by("name").values_list("name", flat=True)[:5])
    if names:
        message = _("Routes are for this customer only and would be open to all: %(routes)s. Delete them first.")
        raise InUse(message % {"routes": names})


@receiver(trunk_address_saving, sender=TrunkAddress, dispatch_uid="routing.trunk_address_saving")
def keep_gateways_apart(address: TrunkAddress, **_kwargs: Any) -> None:
    """Refuse an address that is a gateway's: Asterisk could not tell whose calls come from it."""
    gateway = gateway_inside(address.network)
    if gateway is not None:
        message = _("%(network)s holds the address of gateway %(gateway)s.")
        raise AddressTaken(message % {"network": address.network, "gateway": gateway}, field="network")
