"""What can be done with numbers: create a range, allocate, send elsewhere, release, block, unblock."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from numbering import services
from numbering.consequences import block_question, give_back_question, release_question, unblock_question
from numbering.forms import AllocationForm, DestinationForm, DIDRangeForm, visible_customer
from numbering.models import DID
from numbering.queries import current_allocation
from numbering.views import DIDS
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView


class CreateRangeView(ActionFormView[DID]):
    """Puts a range of numbers into the inventory in one step."""

    entity = DIDS
    action = "add"
    form_class = DIDRangeForm
    title = gettext_lazy("New range of numbers")
    button = gettext_lazy("Create the numbers")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer what the user may see."""
        return DIDRangeForm(data, user=self.request.user)

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Create every number, or none."""
        created = services.create_did_range(**answers)
        count = len(created)
        return ngettext("%(count)s number was created.", "%(count)s numbers were created.", count) % {"count": count}


class AllocateView(ActionFormView[DID]):
    """Gives a free number to a customer."""

    entity = DIDS
    form_class = AllocationForm
    title = gettext_lazy("Allocate the number")
    button = gettext_lazy("Allocate")
    effect = gettext_lazy("Calls to the number go to the destination seconds later.")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the extensions of the chosen customer, which a link may have chosen already."""
        answers = self.request.GET if data is None else data
        chosen = visible_customer(self.request.user, answers.get("customer"), answers.get("customer_text"))
        return AllocationForm(data, user=self.request.user, customer=chosen)

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Allocate."""
        allocation = services.allocate_did(did=instance, **answers)
        return _("%(number)s is now %(customer)s's.") % {"number": instance.number, "customer": allocation.customer}


class ChangeDestinationView(ActionFormView[DID]):
    """Sends an allocated number's calls elsewhere."""

    entity = DIDS
    form_class = DestinationForm
    title = gettext_lazy("Change the destination")
    button = gettext_lazy("Change")
    effect = gettext_lazy("New calls to the number go to the new destination seconds later; the history keeps both.")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Begin with the destination in force."""
        allocation = current_allocation(instance)
        if allocation is None:
            return DestinationForm(data, customer=None)
        initial = {
            "destination_type": allocation.destination_type,
            "extension": allocation.extension_id,
            "forward_to": allocation.forward_to,
            "monthly_price": allocation.monthly_price,
        }
        return DestinationForm(data, customer=allocation.customer, initial=initial)

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Change the destination."""
        allocation = services.change_destination(did=instance, **answers)
        values = {"number": instance.number, "destination": allocation.destination}
        return _("Calls to %(number)s now go to: %(destination)s.") % values


class ReleaseView(ButtonView[DID]):
    """Ends a number's allocation."""

    entity = DIDS

    def perform(self, instance: DID) -> str:
        """Release."""
        services.release_did(did=instance)
        return _("%(number)s is released and rests in quarantine.") % {"number": instance.number}

    def question(self, instance: DID) -> Question:
        """Ask: the number's calls end up nowhere."""
        return release_question(instance, self.request.user)

    def undo(self, instance: DID) -> str:
        """Give it back to the same customer."""
        return reverse("numbering:did_give_back", args=[instance.pk])


class GiveBackView(ButtonView[DID]):
    """Gives a number that rests in quarantine back to the customer that had it."""

    entity = DIDS

    def perform(self, instance: DID) -> str:
        """Allocate it again."""
        allocation = services.give_back_did(did=instance)
        values = {"number": instance.number, "customer": allocation.customer}
        return _("%(number)s belongs to %(customer)s again.") % values

    def question(self, instance: DID) -> Question:
        """Ask: calls reach somebody again, and the monthly price counts again."""
        return give_back_question(instance, self.request.user)


class BlockView(ButtonView[DID]):
    """Takes a number out of choice."""

    entity = DIDS

    def perform(self, instance: DID) -> str:
        """Block."""
        services.block_did(did=instance)
        return _("%(number)s is blocked.") % {"number": instance.number}

    def question(self, instance: DID) -> Question:
        """Ask."""
        return block_question(instance, self.request.user)

    def undo(self, instance: DID) -> str:
        """Unblock it."""
        return reverse("numbering:did_unblock", args=[instance.pk])


class UnblockView(ButtonView[DID]):
    """Puts a blocked number back."""

    entity = DIDS

    def perform(self, instance: DID) -> str:
        """Unblock."""
        services.unblock_did(did=instance)
        return _("%(number)s is no longer blocked.") % {"number": instance.number}

    def question(self, instance: DID) -> Question:
        """Ask."""
        return unblock_question(instance, self.request.user)
