"""Scheduled reports in the Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reports.models import ReportSchedule
from reports.schedules.services import save_schedule
from voipadmin.core.admin import DomainAdmin


@admin.register(ReportSchedule)
class ReportScheduleAdmin(DomainAdmin):
    """Scheduled reports; who saves one is as whom it is made."""

    list_display = ("name", "report", "customer", "cadence", "next_run_at", "is_enabled", "owner")
    list_filter = ("report", "cadence", "is_enabled")
    list_select_related = ("customer", "owner")
    search_fields = ("name",)
    autocomplete_fields = ("customer",)
    readonly_fields = ("owner", "next_run_at", "created_at", "updated_at")

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        """Save through the service."""
        save_schedule(schedule=instance, user=request.user)  # type: ignore[arg-type]  # staff only
