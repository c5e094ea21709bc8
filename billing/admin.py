"""The superuser's pages of billing."""

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from billing import services
from billing.accounts import admin as accounts_admin  # noqa: F401 - it registers its pages
from billing.authorization import admin as authorization_admin  # noqa: F401 - it registers its pages
from billing.decks import admin as decks_admin  # noqa: F401 - it registers its pages
from billing.models import Cdr, RejectedRecord, SpoolPosition, Tariff
from billing.plans import admin as plans_admin  # noqa: F401 - it registers its pages
from billing.queries import loss_making_tariffs, tariff_priced_calls, tariff_warnings
from billing.rerating import admin as rerating_admin  # noqa: F401 - it registers its pages


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
class TariffAdmin(admin.ModelAdmin[Tariff]):
    """Tariffs, with those that lose money named as such."""

    list_display = (
        "pattern", "name", "plan", "origin_prefix", "window", "price_per_minute", "cost_per_minute", "margin",
        "currency", "effective_from", "effective_until",
    )  # fmt: skip
    list_filter = (LossFilter, "plan", "window", "currency")
    list_select_related = ("plan", "window")
    search_fields = ("pattern", "name")

    @admin.display(description=_("margin per minute"))
    def margin(self, tariff: Tariff) -> Decimal | None:
        """Return price less cost."""
        return tariff.margin_per_minute

    def save_model(self, request: HttpRequest, obj: Tariff, _form: Any, _change: bool) -> None:
        """Save through the service, and say where the tariff loses money."""
        services.save_tariff(tariff=obj)
        for warning in tariff_warnings(obj):
            self.message_user(request, str(warning), messages.WARNING)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out the deletion of many: its confirmation would read every call that they priced."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        """A tariff that priced calls stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not tariff_priced_calls(obj))


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that Asterisk wrote; nobody edits them."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes one."""
        return False


@admin.register(Cdr)
class CdrAdmin(ReadOnlyAdmin):
    """Call records."""

    list_display = (
        "started_at", "src", "dst", "customer", "direction", "gateway", "disposition", "billable_seconds", "price",
        "cost", "margin", "currency", "unrated_reason", "uncharged_reason",
    )  # fmt: skip
    list_filter = ("direction", "disposition", "unrated_reason", "uncharged_reason", "is_last_attempt", "node_name")
    list_select_related = ("customer", "gateway")
    search_fields = ("src", "dst", "dialled", "linkedid")
    date_hierarchy = "started_at"
    show_full_result_count = False
    actions = ("rate_again",)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """A record is evidence."""
        return False

    @admin.action(description=_("Price those without a price"), permissions=["rate"])
    def rate_again(self, request: HttpRequest, queryset: QuerySet[Cdr]) -> None:
        """Price what has no price, by the tariffs of now."""
        summary = services.rate_cdrs(cdrs=queryset)
        text = ngettext("%(count)d call priced.", "%(count)d calls priced.", summary.rated)
        self.message_user(request, text % {"count": summary.rated})

    def has_rate_permission(self, request: HttpRequest) -> bool:
        """Who may write tariffs may apply them."""
        return bool(request.user.has_perm("billing.change_tariff"))


@admin.register(RejectedRecord)
class RejectedRecordAdmin(ReadOnlyAdmin):
    """Spool lines that could not be used."""

    list_display = ("created_at", "node_name", "reason", "detail", "path", "offset")
    list_filter = ("reason", "node_name")
    fields = ("created_at", "node_name", "path", "offset", "reason", "detail", "text")
    readonly_fields = ("text",)
    actions = ("replay",)

    @admin.action(description=_("Try again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[RejectedRecord]) -> None:
        """Import the lines again."""
        summary = services.replay_rejected(records=queryset)
        text = ngettext("%(count)d line accepted.", "%(count)d lines accepted.", summary.accepted)
        self.message_user(request, text % {"count": summary.accepted})
        if summary.still_rejected:
            text = ngettext(
                "%(count)d line is still refused.", "%(count)d lines are still refused.", summary.still_rejected
            )
            self.message_user(request, text % {"count": summary.still_rejected}, messages.WARNING)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change rejected records may have them tried again."""
        return bool(request.user.has_perm("billing.change_rejectedrecord"))


@admin.register(SpoolPosition)
class SpoolPositionAdmin(ReadOnlyAdmin):
    """How far the spools were read."""

    list_display = ("node_name", "path", "offset", "updated_at")
