"""The form of a tariff."""

from django.utils.translation import gettext_lazy as _

from billing.models import Tariff
from voipadmin.core.forms.entity_form import EntityForm


class TariffForm(EntityForm):
    """A tariff."""

    fieldsets = (
        (
            _("Destination"),
            _("Which called numbers it prices; the longest match wins."),
            ("pattern", "matches", "name"),
        ),
        (
            _("Whose, from where, when"),
            _("A plan's tariff counts before those of everybody; among its own, origin and hours before all."),
            ("plan", "origin_prefix", "window"),
        ),
        (
            _("Per minute"),
            _("A price below the cost is flagged here and wherever it is reported."),
            ("price_per_minute", "cost_per_minute", "currency"),
        ),
        (
            _("How a call is counted"),
            _("30 and 6 with 3 free: nothing up to 3 s, else 30 s at least, then steps of 6 s."),
            ("initial_block_seconds", "increment_seconds", "bands", "free_seconds", "connect_fee", "minimum_charge"),
        ),
        (_("Rounding"), _("Once, on the call's total."), ("rounding", "decimals")),
        (
            _("In force"),
            _("Calls are priced by the tariff in force when they were answered."),
            ("effective_from", "effective_until"),
        ),
    )

    class Meta:
        model = Tariff
