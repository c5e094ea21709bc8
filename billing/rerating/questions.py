"""What is asked before a re-rating is approved or given up."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.models import Rerating, ReratingStatus
from voipadmin.core.pages.entities.consequences import Figure, Question
from voipadmin.core.text.decimals import format_money, grouped_count

# The page has them all.
SHOWN_CUSTOMERS = 5


def approval_question(job: Rerating) -> Question:
    """Return what is asked before the differences of a re-rating are entered: calls, and money by currency."""
    return Question(
        title=_("Enter the differences of “%(job)s”?") % {"job": job},
        button=_("Approve"),
        icon="check",
        effects=[
            _("The calls get their new prices, and each account gets the difference as entries of its ledger."),
            _("Statements that are not closed change with them."),
        ],
        figures=list(_figures(job)),
        state=job.updated_at.isoformat(),
        undo=_("It cannot be undone at once; another re-rating at other prices corrects it."),
        refusal=_refusal(job, ReratingStatus.READY),
    )


def cancelling_question(job: Rerating) -> Question:
    """Return what is asked before a preview is thrown away."""
    return Question(
        title=_("Give up the re-rating “%(job)s”?") % {"job": job},
        button=_("Give up"),
        icon="x",
        effects=[_("The preview is thrown away. No price and no balance changes.")],
        undo=_("The period can be rated again at any time."),
        refusal=_refusal(job, ReratingStatus.READY, ReratingStatus.COMPUTING),
    )


def _figures(job: Rerating) -> Iterable[Figure]:
    changed = int(job.summary.get("changed", 0))
    yield Figure(_("Calls that change"), grouped_count(changed), matters=changed > 0)
    differences = list(job.differences.select_related("customer"))
    totals: dict[str, Decimal] = {}
    for item in differences:
        totals[item.currency] = totals.get(item.currency, Decimal(0)) + item.movement
    for currency, total in totals.items():
        yield Figure(_("Balances together"), format_money(total, currency), matters=total != 0)
    largest = sorted(differences, key=lambda item: abs(item.movement), reverse=True)
    for item in largest[:SHOWN_CUSTOMERS]:
        name = str(item.customer or _("Without a customer"))
        yield Figure(name, format_money(item.movement, item.currency))


def _refusal(job: Rerating, *allowed: ReratingStatus) -> str:
    if job.status in allowed:
        return ""
    return _("This cannot be done now; the re-rating is: %(state)s.") % {"state": job.get_status_display()}
