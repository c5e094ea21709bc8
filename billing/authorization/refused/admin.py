"""Live calls' money and refused calls in the Django admin, where they are only read."""

from django.contrib import admin

from billing.models import CreditHold, RefusedCall
from voipadmin.core.admin import ReadOnlyAdmin


@admin.register(CreditHold)
class CreditHoldAdmin(ReadOnlyAdmin):
    """Money set aside for live calls, and what became of it."""

    list_display = (
        "created_at", "account", "number", "amount", "granted_seconds", "answered_at", "expires_at", "state",
        "node_name",
    )  # fmt: skip
    list_filter = ("state", "node_name")
    list_select_related = ("account__customer",)
    search_fields = ("=uniqueid", "=account__customer__code", "number")
    goes_with = "customers_customer_"


@admin.register(RefusedCall)
class RefusedCallAdmin(ReadOnlyAdmin):
    """Calls that were not let through."""

    list_display = ("created_at", "customer", "number", "reason", "detail", "cause", "node_name")
    list_filter = ("reason", "node_name")
    list_select_related = ("customer",)
    search_fields = ("=uniqueid", "=customer__code", "number")
    date_hierarchy = "created_at"
    goes_with = "customers_customer_"
