"""Pages of numbers."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from numbering.bulk import DID_ACTIONS
from numbering.filters import AllocationFilterSet, DIDFilterSet
from numbering.forms import DIDForm
from numbering.models import DID, DIDAllocation
from numbering.tables import AllocationTable, DIDTable
from voipadmin.core.numbering_plan.queries import facts_of_recorded
from voipadmin.core.pages import Entity, FieldGroup, Hint, Related
from voipadmin.core.viewer import Viewer


def _join_dids(queryset: Any) -> Any:
    current = DIDAllocation.objects.current().select_related("customer", "extension")
    return queryset.select_related("provider", "gateway").prefetch_related(
        Prefetch("allocations", queryset=current, to_attr="in_force")
    )


def _did_context(did: DID, _user: Viewer) -> dict[str, Any]:
    return {"facts": facts_of_recorded(did.number)}


def _join_allocations(queryset: Any) -> Any:
    return queryset.select_related("did", "customer", "extension")


DIDS = Entity(
    model=DID,
    table=DIDTable,
    filterset=DIDFilterSet,
    form=DIDForm,
    bulk=DID_ACTIONS,
    icon="hash",
    is_long=True,
    intro=_("The inventory of public numbers: free, allocated, resting in quarantine or blocked."),
    empty_hint=_("Put a number or a whole range into the inventory, then allocate it to a customer."),
    effect=_("Calls to a number that is not allocated hear the invalid-number message."),
    join=_join_dids,
    groups=(
        FieldGroup(_("Number"), ("number", "status", "quarantined_until", "provider", "gateway")),
        FieldGroup(_("More"), ("monthly_cost", "notes")),
    ),
    hints={"number": Hint.PHONE},
    related=(
        Related(
            _("History of allocations"),
            "numbering:didallocation_list",
            "did",
            "numbering.view_didallocation",
            without="did",
        ),
        Related(_("Conferences"), "asterisk_sync:conference_list", "dial_in", "asterisk_sync.view_conference"),
        Related(_("Calls"), "billing:cdr_list", "did", "billing.view_cdr", tab="calls", without="did"),
    ),
    staff_only=frozenset({"provider", "gateway", "monthly_cost", "notes", "customer"}),
    actions_template="numbering/did/actions.html",
    list_actions_template="numbering/did/list_actions.html",
    detail_context=_did_context,
    aside_template="numbering/did/aside.html",
)

ALLOCATIONS = Entity(
    model=DIDAllocation,
    table=AllocationTable,
    filterset=AllocationFilterSet,
    delete=None,
    icon="history",
    intro=_("Who has and had each number, and when."),
    empty_hint=_("A number's first allocation begins its history."),
    join=_join_allocations,
    groups=(
        FieldGroup(_("Allocation"), ("did", "customer", "destination_type", "monthly_price", "starts_at", "ends_at")),
    ),
    synced=False,
)
