"""What can be done with many numbers at once."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from numbering import services
from numbering.forms import AllocationForm, DIDForm, visible_customer
from numbering.models import DIDStatus
from voipadmin.core.errors import DomainError
from voipadmin.core.pages.entities.bulk_actions import Answers, BulkAction, delete_each, edit_fields


class AllocateManyForm(AllocationForm):
    """Whose the numbers become, and where their calls go."""

    def __init__(self, data: Any = None, *, user: Any) -> None:
        chosen = data.get("customer") if data else None
        super().__init__(data, user=user, customer=visible_customer(user, chosen))

    @property
    def answers(self) -> dict[str, Any]:
        """Return what each number gets."""
        return self.cleaned_data


def _allocate(did: Any, answers: Answers, _user: Any) -> object:
    return services.allocate_did(did=did, **answers)


def _release(did: Any, _answers: Answers, _user: Any) -> object:
    return services.release_did(did=did)


def _block(did: Any, _answers: Answers, _user: Any) -> object:
    if did.status == DIDStatus.BLOCKED:
        raise DomainError(_("It is so already."), code="unchanged")
    return services.block_did(did=did)


def _unblock(did: Any, _answers: Answers, _user: Any) -> object:
    return services.unblock_did(did=did)


DID_ACTIONS = (
    BulkAction(
        name="allocate", label=_("Allocate"), icon="user-check", apply=_allocate, form=AllocateManyForm,
        eligible=lambda rows: rows.filter(status=DIDStatus.FREE),
        effect=_("Calls to the numbers go to the destination seconds later."),
    ),
    BulkAction(
        name="release", label=_("Release"), icon="undo-2", apply=_release, is_dangerous=True,
        eligible=lambda rows: rows.filter(status=DIDStatus.ALLOCATED),
        effect=_("Calls to the numbers hear the invalid-number message seconds later; each rests in quarantine."),
    ),
    BulkAction(
        name="block", label=_("Block"), icon="ban", apply=_block,
        eligible=lambda rows: rows.exclude(status__in=(DIDStatus.ALLOCATED, DIDStatus.BLOCKED)),
        effect=_("Nobody can be given the numbers until they are unblocked."),
    ),
    BulkAction(
        name="unblock", label=_("Unblock"), icon="circle-check", apply=_unblock,
        eligible=lambda rows: rows.filter(status=DIDStatus.BLOCKED),
    ),
    edit_fields(DIDForm, ("provider", "gateway", "monthly_cost", "notes")),
    delete_each(),
)  # fmt: skip
