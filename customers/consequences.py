"""What is asked before a customer loses service or an address, or an extension its secret."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from customers.models import Customer, CustomerStatus, Extension, TrunkAddress
from voipadmin.core.pages.entities.consequences import Question, use_of
from voipadmin.core.viewer import Viewer

# So many addresses are named in a question.
MOST_NAMED = 8


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
            state=after.status,
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
        state=after.status,
        undo=_("It can be made active again; its numbers have to be given back one by one, while they rest."),
        typed=before.code,
    )


def addresses_question(before: Customer, after: Sequence[TrunkAddress] | None, user: Viewer) -> Question | None:
    """Return what is asked before addresses of a trunk are removed or become others; None where all of them stay."""
    if after is None:
        return None
    kept = {str(address.network) for address in after}
    gone = [text for text in map(str, before.trunk_addresses.values_list("network", flat=True)) if text not in kept]
    if not gone:
        return None
    values = {"customer": before.name, "addresses": ", ".join(gone[:MOST_NAMED]), "rest": len(gone) - MOST_NAMED}
    named = _("%(addresses)s and %(rest)d more") if len(gone) > MOST_NAMED else "%(addresses)s"
    effects = [
        _("Calls from %(addresses)s are refused seconds later, and none is sent there; calls in progress go on.")
        % {"addresses": named % values}
    ]
    if not kept:
        effects.append(_("No address is left: the customer can place no call, and its numbers reach it no more."))
    return Question(
        title=_("Remove addresses of %(customer)s?") % values,
        button=_("Remove the addresses"),
        icon="unplug",
        effects=effects,
        figures=use_of(before, user),
        state=" ".join(gone),
        undo=_("Entering an address again lets its calls through again."),
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
