"""Statements in the Django admin, where nobody changes them."""

from django.contrib import admin

from billing.models import Statement
from voipadmin.core.admin import ReadOnlyAdmin


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """All statements, the newest first."""

    list_display = ("label", "account", "status", "first_day", "last_day", "amount", "payable", "currency", "due_day")
    list_filter = ("status",)
    list_select_related = ("account__customer",)
    search_fields = ("=account__customer__code",)
