"""Pages of re-ratings: list, form, preview with its differences, approval, cancelling."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Rerating, ReratingStatus
from billing.rerating import services
from billing.rerating.questions import approval_question, cancelling_question
from billing.rerating.tables import DifferenceTable, ReratingFilterSet, ReratingForm, ReratingTable
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView
from voipadmin.core.pages.objects.progress import Progress, ProgressView

BUSY = (ReratingStatus.COMPUTING, ReratingStatus.APPROVED)


def _join_customers(queryset: Any) -> Any:
    return queryset.select_related("customer")


def progress_of(job: Rerating) -> Progress:
    """Return how far the preview, or after the approval the writing, is."""
    is_written = job.status == ReratingStatus.APPROVED
    label = _("The differences are being entered") if is_written else _("The preview is being computed")
    return Progress(job, job.status in BUSY, label, job.progress)


def rerating_context(job: Any, _user: Any) -> dict[str, Any]:
    """Return what the page of a job shows beside its fields."""
    return {
        "progress": progress_of(job),
        "summary": job.summary,
        "differences": DifferenceTable(job.differences.select_related("customer")),
    }


RERATINGS = Entity(
    model=Rerating,
    table=ReratingTable,
    filterset=ReratingFilterSet,
    delete=None,
    icon="history",
    intro=gettext_lazy("Calls of a period priced once more: looked at by customer, approved, then entered."),
    empty_hint=gettext_lazy("Rate a period again after a price was corrected."),
    join=_join_customers,
    groups=(
        FieldGroup(
            gettext_lazy("Re-rating"),
            ("started_from", "started_before", "customer", "reason", "status", "actor", "approved_by", "approved_at",
             "applied_at"),
        ),
    ),
    synced=False,
    detail_context=rerating_context,
    lead_template="billing/rerating/overview.html",
    actions_template="billing/rerating/actions.html",
    list_actions_template="billing/rerating/list_actions.html",
)  # fmt: skip


class StartView(ActionFormView[Rerating]):
    """Asks for a period."""

    entity = RERATINGS
    action = "add"
    form_class = ReratingForm
    title = gettext_lazy("Rate calls again")
    button = gettext_lazy("Make the preview")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the customers."""
        return ReratingForm(data, user=self.request.user, initial=self.request.GET.dict())

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Have the preview made."""
        self.job = services.start_rerating(actor=self.request.user.get_username(), **answers)
        return _("The preview is being computed.")

    def done_url(self, instance: Any) -> str:
        """Go to the job."""
        job = getattr(self, "job", None)
        return job.get_absolute_url() if job else self.entity.url("list")


class ReratingProgressView(ProgressView[Rerating]):
    """How far a re-rating is."""

    entity = RERATINGS

    def progress_of(self, instance: Rerating) -> Progress:
        """Return it."""
        return progress_of(instance)


class ComputeView(ButtonView[Rerating]):
    """Has the preview made once more."""

    entity = RERATINGS

    def perform(self, instance: Rerating) -> str:
        """Compute again."""
        services.compute_again(rerating=instance)
        return _("The preview is being computed.")


class ApproveView(ButtonView[Rerating]):
    """Has the preview written."""

    entity = RERATINGS

    def perform(self, instance: Rerating) -> str:
        """Approve."""
        services.approve_rerating(rerating=instance, actor=self.request.user.get_username())
        return _("The differences are being entered.")

    def question(self, instance: Rerating) -> Question:
        """Ask: money moves."""
        return approval_question(instance)


class GoOnView(ButtonView[Rerating]):
    """Has the rest of an approved job written."""

    entity = RERATINGS

    def perform(self, instance: Rerating) -> str:
        """Go on."""
        services.go_on_writing(rerating=instance)
        return _("The differences are being entered.")


class CancelView(ButtonView[Rerating]):
    """Gives a job up."""

    entity = RERATINGS

    def perform(self, instance: Rerating) -> str:
        """Cancel."""
        services.cancel_rerating(rerating=instance)
        return _("The re-rating is cancelled; nothing was changed.")

    def question(self, instance: Rerating) -> Question:
        """Ask: a preview may have taken hours."""
        return cancelling_question(instance)
