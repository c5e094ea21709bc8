"""What is asked before a customer loses service, or an extension its secret."""

from django.utils.translation import gettext as _

from customers.models import Customer, CustomerStatus, Extension
from voipadmin.core.pages.entities.consequences import Question, use_of
from voipadmin.core.viewer import Viewer


def status_question(before: Customer, after: Customer, user: Viewer) -> Question | None:
    """Return what is asked before a customer is suspended or closed; None where its status takes nothing away."""
    if after.status in {before.status, CustomerStatus.ACTIVE}:
        return None
    values = {"customer": before.name}
    if after.status == CustomerStatus.SUSPENDED:
        return Question(
            title=_("Suspend %(customer)s?") % values,
            button=_("Suspend"),
            icon="circle-pause",
            effects=[_("New calls out are refused until the customer is active again; calls in progress go on.")],
            figures=use_of(before, user),
            undo=_("Making it active again lets its calls through. It keeps its numbers."),
        )
    return Question(
        title=_("Close %(customer)s?") % values,
        button=_("Close the customer"),
        icon="archive",
        effects=[
            _("Calls out are refused, and all its numbers are released into quarantine."),
            _("What the account holds or owes stays as it is."),
        ],
        figures=use_of(before, user),
        undo=_("It can be made active again; its numbers have to be given back one by one, while they rest."),
        typed=before.code,
    )


def rotation_question(extension: Extension, user: Viewer) -> Question:
    """Return what is asked before an extension gets a new secret."""
    return Question(
        title=_("Give %(extension)s a new secret?") % {"extension": extension},
        button=_("New secret"),
        icon="key-round",
        effects=[
            _("Its telephones are refused at their next registration, until the new secret is set on them."),
            _("The new secret is shown once, right after."),
        ],
        figures=use_of(extension, user),
    )
