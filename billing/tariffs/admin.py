"""The superuser's pages of tariffs."""

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from billing.models import Tariff
from billing.tariffs.forms import MeaningForm
from billing.tariffs.queries import loss_making_tariffs, tariff_priced_calls, tariff_warnings
from billing.tariffs.services import save_tariff
from voipadmin.core.admin import InputsMixin


class LossFilter(admin.SimpleListFilter):
    """Narrows to tariffs that sell below their own cost."""

    title = _("margin")
    parameter_name = "loss"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        """Offer one choice."""
        return [("1", _("Loses money"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Tariff]) -> QuerySet[Tariff]:
        """Narrow the list."""
        return loss_making_tariffs(queryset) if self.value() else queryset


@admin.register(Tariff)
class TariffAdmin(InputsMixin, admin.ModelAdmin[Tariff]):
    """Tariffs, with those that lose money named as such."""

    form = MeaningForm
    list_display = (
        "pattern", "matches", "name", "plan", "origin_prefix", "window", "price_per_minute", "cost_per_minute",
        "margin", "currency", "effective_from", "effective_until",
    )  # fmt: skip
    list_filter = (LossFilter, "matches", "plan", "window", "currency")
    list_select_related = ("plan", "window")
    search_fields = ("pattern", "name")

    @admin.display(description=_("margin per minute"))
    def margin(self, tariff: Tariff) -> Decimal | None:
        """Return price less cost."""
        return tariff.margin_per_minute

    def save_model(self, request: HttpRequest, obj: Tariff, _form: Any, _change: bool) -> None:
        """Save through the service, and say where the tariff loses money."""
        save_tariff(tariff=obj)
        for warning in tariff_warnings(obj):
            self.message_user(request, str(warning), messages.WARNING)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out the deletion of many: its confirmation would read every call that they priced."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        """A tariff that priced calls stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not tariff_priced_calls(obj))
