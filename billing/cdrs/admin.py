"""The superuser's pages of call records."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from billing.cdrs.services import rate_cdrs, replay_rejected
from billing.models import Cdr, CdrLayout, RejectedRecord, SpoolPosition
from voipadmin.core.admin import ReadOnlyAdmin


@admin.register(Cdr)
class CdrAdmin(ReadOnlyAdmin):
    """Call records; they are evidence, so nobody deletes one."""

    list_display = (
        "started_at", "src", "dst", "customer", "direction", "gateway", "disposition", "billable_seconds", "price",
        "cost", "margin", "currency", "unrated_reason", "uncharged_reason",
    )  # fmt: skip
    list_filter = ("direction", "disposition", "unrated_reason", "uncharged_reason", "is_last_attempt", "node_name")
    list_select_related = ("customer", "gateway")
    search_fields = ("src", "dst", "dialled", "linkedid")
    date_hierarchy = "started_at"
    actions = ("rate_again",)

    @admin.action(description=_("Price those without a price"), permissions=["rate"])
    def rate_again(self, request: HttpRequest, queryset: QuerySet[Cdr]) -> None:
        """Price what has no price, by the tariffs of now."""
        summary = rate_cdrs(cdrs=queryset)
        text = ngettext("%(count)d call priced.", "%(count)d calls priced.", summary.rated)
        self.message_user(request, text % {"count": summary.rated})

    def has_rate_permission(self, request: HttpRequest) -> bool:
        """Who may write tariffs may apply them."""
        return bool(request.user.has_perm("billing.change_tariff"))


@admin.register(RejectedRecord)
class RejectedRecordAdmin(ReadOnlyAdmin):
    """Spool lines that could not be used."""

    deletable = True
    list_display = ("created_at", "node_name", "reason", "detail", "path", "offset")
    list_filter = ("reason", "node_name")
    fields = ("created_at", "node_name", "path", "offset", "reason", "detail", "text")
    readonly_fields = ("text",)
    actions = ("replay",)

    @admin.action(description=_("Try again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[RejectedRecord]) -> None:
        """Import the lines again."""
        summary = replay_rejected(records=queryset)
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

    deletable = True
    list_display = ("node_name", "path", "offset", "updated_at")


@admin.register(CdrLayout)
class CdrLayoutAdmin(ReadOnlyAdmin):
    """What the columns of imported tables are; one that is deleted is asked for again."""

    deletable = True
    list_display = ("__str__", "date_order", "updated_at")
