"""The filter of the list of tariffs."""

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import RatePlan, Tariff, TimeWindow
from billing.tariffs.queries import loss_making_tariffs
from voipadmin.core.forms.filter_set import EntityFilterSet, visible


class TariffFilterSet(EntityFilterSet):
    """Filters of the list of tariffs."""

    search_fields = ("pattern", "name", "origin_prefix")

    plan = django_filters.ModelChoiceFilter(
        queryset=visible(RatePlan), label=_("rate plan"), null_label=_("Of everybody"), null_value="none"
    )
    window = django_filters.ModelChoiceFilter(
        queryset=visible(TimeWindow), label=_("time window"), null_label=_("At any time"), null_value="none"
    )

    in_force = django_filters.ChoiceFilter(
        label=_("in force"), method="by_time", choices=[("now", _("Now")), ("later", _("Later")), ("ended", _("Ended"))]
    )
    loss = django_filters.ChoiceFilter(label=_("margin"), method="by_loss", choices=[("yes", _("At a loss"))])

    class Meta:
        model = Tariff
        fields = ("q", "matches", "plan", "window", "in_force", "loss", "currency")

    def by_time(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep those that are in force now, will be, or were."""
        now = timezone.now()
        if value == "later":
            return queryset.filter(effective_from__gt=now)
        if value == "ended":
            return queryset.filter(effective_until__lte=now)
        return queryset.filter(effective_from__lte=now).exclude(effective_until__lte=now)

    def by_loss(self, queryset: Any, _name: str, _value: str) -> Any:
        """Keep those that cost more than they sell for."""
        return loss_making_tariffs(queryset)
