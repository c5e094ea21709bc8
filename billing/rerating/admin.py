"""Re-ratings in the Django admin, where they are only read."""

from django.contrib import admin

from billing.models import PastRating, Rerating
from voipadmin.core.admin import ReadOnlyAdmin


@admin.register(Rerating)
class ReratingAdmin(ReadOnlyAdmin):
    """Jobs."""

    list_display = ("created_at", "reason", "started_from", "started_before", "customer", "status", "approved_by")
    list_filter = ("status",)
    list_select_related = ("customer",)


@admin.register(PastRating)
class PastRatingAdmin(ReadOnlyAdmin):
    """Ratings that were replaced."""

    list_display = ("replaced_at", "cdr_id", "version", "price", "currency", "applied_rate", "rerating")
    list_select_related = ("rerating",)
    search_fields = ("=cdr_id",)
