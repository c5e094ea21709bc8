"""Search for customers and extensions."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.filters import has_address
from customers.models import Customer, Extension
from voipadmin.core.search import HITS_PER_KIND, Hit


def search_customers(user: Any, text: str) -> Iterator[Hit]:
    """Find customers by code, name or trunk address, and extensions by number, SIP user name or caller ID."""
    if user.has_perm("customers.view_customer"):
        named: Any = Q(code__icontains=text) | Q(name__icontains=text) | has_address(text)
        for customer in Customer.objects.visible_to(user).filter(named)[:HITS_PER_KIND]:
            detail = str(customer.get_status_display())
            yield Hit(_("Customers"), "building-2", str(customer), customer.get_absolute_url(), detail)
    if user.has_perm("customers.view_extension"):
        wanted = Q(number__startswith=text) | Q(sip_username__icontains=text) | Q(caller_id_name__icontains=text)
        found = Extension.objects.visible_to(user).filter(wanted | Q(caller_id_number__contains=text))
        for extension in found.select_related("customer")[:HITS_PER_KIND]:
            yield Hit(_("Extensions"), "phone", str(extension), extension.get_absolute_url(), extension.caller_id_name)
