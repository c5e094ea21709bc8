"""Re-ratings in the Django admin, where they are only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing.models import PastRating, Rerating


class OnlyRead(admin.ModelAdmin[Any]):
    """Rows that jobs write."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Jobs are started on their page."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


@admin.register(Rerating)
class ReratingAdmin(OnlyRead):
    """Jobs."""

    list_display = ("created_at", "reason", "started_from", "started_before", "customer", "status", "approved_by")
    list_filter = ("status",)
    list_select_related = ("customer",)


@admin.register(PastRating)
class PastRatingAdmin(OnlyRead):
    """Ratings that were replaced."""

    list_display = ("replaced_at", "cdr_id", "version", "price", "currency", "applied_rate", "rerating")
    list_select_related = ("rerating",)
    search_fields = ("=cdr_id",)
    show_full_result_count = False
