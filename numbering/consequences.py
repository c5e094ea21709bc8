"""What releasing or blocking a number would do, and what uses a number or a customer now."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer, Extension
from numbering.models import DID, DIDAllocation, DIDStatus
from voipadmin.core.pages.entities.consequences import Figure, Question, tells_use_of, use_of
from voipadmin.core.text.decimals import grouped_count
from voipadmin.core.viewer import Viewer


@tells_use_of(DID)
def _allocations(rows: QuerySet[Any], user: Viewer) -> Iterable[Figure]:
    current = DIDAllocation.objects.current().filter(did__in=rows).order_by()
    first: list[DIDAllocation] = list(current.select_related("customer", "extension")[:2])
    may_see = user.has_perm("customers.view_customer")
    if len(first) == 1:
        if may_see:
            yield Figure(_("Customer"), str(first[0].customer))
        yield Figure(_("Calls go to"), first[0].destination)
    elif first:
        count = current.count()
        yield Figure(_("Numbers allocated"), grouped_count(count), matters=True)
        if may_see:
            yield Figure(_("Customers"), grouped_count(current.values("customer").distinct().count()))


@tells_use_of(Customer, Extension)
def _numbers(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    kind = "customer" if rows.model is Customer else "extension"
    count = DIDAllocation.objects.current().filter(**{f"{kind}__in": rows}).count()
    yield Figure(_("Numbers allocated"), grouped_count(count), matters=count > 0)


def release_question(did: DID, user: Viewer) -> Question:
    """Return what is asked before a number is released."""
    days = settings.DID_QUARANTINE_DAYS
    rest = ngettext(
        "The number rests in quarantine for %(days)s day before anybody else can have it.",
        "The number rests in quarantine for %(days)s days before anybody else can have it.",
        days,
    )
    return Question(
        title=_("Release %(number)s?") % {"number": did.number},
        button=_("Release"),
        icon="user-minus",
        effects=[
            _("The allocation ends now. Calls to the number hear the invalid-number message seconds later."),
            rest % {"days": days},
        ],
        figures=use_of(did, user),
        state=_allocation_key(did),
        undo=_("While it rests, it can be given back to the same customer with the same destination."),
        refusal=_refusal(did, DIDStatus.ALLOCATED),
    )


def block_question(did: DID, user: Viewer) -> Question:
    """Return what is asked before a number is blocked."""
    return Question(
        title=_("Block %(number)s?") % {"number": did.number},
        button=_("Block"),
        icon="ban",
        effects=[_("Nobody can be given the number until it is unblocked. It stays in the inventory.")],
        figures=use_of(did, user),
        undo=_("Unblocking puts it back as it was."),
        refusal=_refusal(did, DIDStatus.FREE, DIDStatus.QUARANTINED),
    )


def unblock_question(did: DID, user: Viewer) -> Question:
    """Return what is asked before a number is unblocked."""
    return Question(
        title=_("Unblock %(number)s?") % {"number": did.number},
        button=_("Unblock"),
        icon="lock-open",
        effects=[_("The number is free again, or goes on resting where its quarantine is not over.")],
        figures=use_of(did, user),
        undo=_("It can be blocked again."),
        is_dangerous=False,
        refusal=_refusal(did, DIDStatus.BLOCKED),
    )


def give_back_question(did: DID, user: Viewer) -> Question:
    """Return what is asked before a released number goes back to whoever had it."""
    last = did.allocations.exclude(ends_at=None).select_related("customer").order_by("-ends_at").first()
    values = {"number": did.number, "customer": last.customer if last else "—"}
    return Question(
        title=_("Give %(number)s back to %(customer)s?") % values,
        button=_("Give back"),
        icon="undo-2",
        effects=[
            _("A new allocation begins now, with the destination and the price of the last one."),
            _("The calls of the meantime stay as they were."),
        ],
        figures=use_of(did, user),
        state=str(last.pk) if last else "",
        undo=_("It can be released again."),
        is_dangerous=False,
        refusal=_refusal(did, DIDStatus.QUARANTINED),
    )


def _allocation_key(did: DID) -> str:
    """Return the allocation in force: an answer about one customer's number must not take it from the next one."""
    return str(DIDAllocation.objects.current().filter(did=did).values_list("pk", flat=True).first() or "")


def _refusal(did: DID, *allowed: DIDStatus) -> str:
    if did.status in allowed:
        return ""
    return _("This cannot be done now; the number is: %(state)s.") % {"state": did.get_status_display()}
