"""Who may get which report: cost and margin go to people of the house alone."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from reports.models import ReportName
from voipadmin.core.errors import DomainError
from voipadmin.core.installation.queries import read_installation
from voipadmin.users.models import User
from voipadmin.users.roles import role_allows

PERMISSIONS = {
    ReportName.MARGIN: "reports.view_margin",
    ReportName.QUALITY: "reports.view_quality",
    ReportName.DIDS: "numbering.view_did",
    ReportName.CALLS: "billing.view_cdr",
}
# Reports of which there is one that a customer may see.
FOR_CUSTOMERS = frozenset({ReportName.DIDS.value, ReportName.CALLS.value})


class RecipientRefused(DomainError):
    """An address to which a report must not go, or a report that nobody outside may see."""

    code = "recipient_refused"


def permission_of(report: str) -> str:
    """Return the permission to see a report."""
    return PERMISSIONS[ReportName(report)]


def refused_recipients(report: str, recipients: Iterable[str], *, is_for_customer: bool) -> list[str]:
    """Return the addresses to which a report must not go.

    1. What is made for a customer, as it sees it, may go anywhere; margin and quality are never made so.
    2. All else goes to addresses of active users whose role may see the report, and of the own mail domains.
    3. An address of a customer or of its user is a customer's, whatever its domain.
    """
    wanted = list(recipients)
    if is_for_customer:
        return [] if report in FOR_CUSTOMERS else wanted
    domains = set(read_installation().domains_of_staff)
    users, customers = _users_of(wanted), _customers_of(wanted)
    permission = permission_of(report)

    def may_get(address: str) -> bool:
        if address in customers:
            return False
        if address in users:
            return all(is_active and role_allows(role, permission) for is_active, role in users[address])
        return address.rpartition("@")[2] in domains

    return [address for address in wanted if not may_get(address.lower())]


def _users_of(addresses: Iterable[str]) -> dict[str, list[tuple[bool, str]]]:
    """Return by address, in lower case, whether each of its users may log in, and its role."""
    found: dict[str, list[tuple[bool, str]]] = {}
    rows = User.objects.annotate(address=Lower("email")).filter(address__in=[address.lower() for address in addresses])
    for address, is_active, role in rows.values_list("address", "is_active", "role"):
        found.setdefault(address, []).append((is_active, role))
    return found


def _customers_of(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses, in lower case, that are a customer's."""
    wanted = [address.lower() for address in addresses]
    rows = Customer.objects.annotate(contact=Lower("contact_email"), billing=Lower("billing_email"))
    found = rows.filter(Q(contact__in=wanted) | Q(billing__in=wanted)).values_list("contact", "billing")
    return {address for pair in found for address in pair}


def refuse_recipients(report: str, recipients: Iterable[str], *, is_for_customer: bool) -> None:
    """Raise RecipientRefused where a report must not go to one of the addresses."""
    if is_for_customer and report not in FOR_CUSTOMERS:
        raise RecipientRefused(_("Margin and quality are not for customers. Choose calls or DIDs."), field="report")
    if refused := refused_recipients(report, recipients, is_for_customer=is_for_customer):
        message = _(
            "%(address)s may not get this report: it is no address of a user who may see it, nor of an own mail domain."
        )
        raise RecipientRefused(message % {"address": refused[0]}, field="recipients")
