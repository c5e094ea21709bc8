"""Search for customers and extensions."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.filters import has_address_within
from customers.models import Customer, Extension
from voipadmin.core.search import SHORTEST_PART, Hit, Hits, closest, hits, nearest
from voipadmin.core.text.searched import SearchText


def search_customers(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find customers by code, name or trunk address, and extensions by number, SIP user name or caller ID."""
    if user.has_perm("customers.view_customer"):
        yield _customers(user, searched)
    if user.has_perm("customers.view_extension"):
        yield _extensions(user, searched)


def _customers(user: Any, searched: SearchText) -> Hits:
    by_address = has_address_within(searched.network) if searched.network else None
    fields = ["code", "name"]
    if user.sees_everything:
        fields += ["contact_name", "contact_email"]
    rows = closest(Customer.objects.visible_to(user), fields, searched.text, by_address)
    found = (
        Hit(str(row), row.get_absolute_url(), str(row.get_status_display()), distance=row.distance) for row in rows
    )
    return hits(_("Customers"), "building-2", found, list_url="customers:customer_list", text=searched.text)


def _extensions(user: Any, searched: SearchText) -> Hits:
    rows = Extension.objects.visible_to(user).select_related("customer").defer("secret")
    found = nearest(rows, *(_by_name_of_customer(searched.text) or _by_own(searched)))
    found.sort(key=lambda row: (row.distance, row.number, row.customer.code))
    shown = (Hit(str(row), row.get_absolute_url(), row.caller_id_name, distance=row.distance) for row in found)
    return hits(_("Extensions"), "phone", shown, list_url="customers:extension_list", text=searched.text)


def _by_own(searched: SearchText) -> tuple[Q, Q, Q | None]:
    """Return the conditions that an extension is named so, is named by what begins so, or holds it."""
    text, digits = searched.text, searched.fragment
    exact = Q(number=searched.digits) if searched.digits else Q(sip_username=text)
    begins = Q(caller_id_name__istartswith=text) | Q(sip_username__startswith=text)
    if searched.digits:
        begins |= Q(number__startswith=searched.digits)
    if len(text) < SHORTEST_PART:
        return exact, begins, None
    holds = Q(caller_id_name__icontains=text)
    if len(digits) >= SHORTEST_PART:
        holds |= Q(caller_id_number__contains=digits)
    return exact, begins, holds


def _by_name_of_customer(text: str) -> tuple[Q, Q] | None:
    """Return the conditions for `ACME/1001` and `1001 · ACME`, or None for anything else."""
    words = text.replace("/", " ").replace("·", " ").split()
    if len(words) != 2:  # noqa: PLR2004 - a customer and an extension
        return None
    number = next((word for word in words if word.isascii() and word.isdigit()), None)
    if number is None:
        return None
    code = words[1] if words[0] == number else words[0]
    of_customer = Q(number__startswith=number)
    return Q(number=number, customer__code__iexact=code), of_customer & Q(customer__code__istartswith=code)
