"""Accounts in the Django admin; the ledger is only read there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing.accounts.services import SETTINGS, save_settings
from billing.models import Account, LedgerEntry
from voipadmin.core.admin import DomainAdmin, ReadOnlyAdmin


@admin.register(Account)
class AccountAdmin(DomainAdmin):
    """Settings of accounts; they come and go with their customers."""

    list_display = ("customer", "kind", "plan", "balance", "credit_limit", "currency", "blocked_at")
    list_filter = ("kind", "plan", ("blocked_at", admin.EmptyFieldListFilter))
    list_select_related = ("customer", "plan")
    search_fields = ("customer__code", "customer__name")
    readonly_fields = ("customer", "balance", "blocked_at", "blocked_reason", "created_at", "updated_at")
    fields = ("customer", "balance", *SETTINGS, "blocked_at", "blocked_reason", "created_at", "updated_at")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Every customer has its account."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It goes with its customer, and never by itself."""
        page = request.resolver_match.url_name if request.resolver_match else None
        return obj is not None and str(page).startswith("customers_customer_")

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        """Save through the service."""
        save_settings(account=instance)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, in the order in which it was written; nobody changes it."""

    list_display = ("happened_at", "account", "kind", "amount", "currency", "description", "actor", "created_at")
    list_filter = ("kind",)
    list_select_related = ("account__customer",)
    search_fields = ("=account__customer__code",)
    ordering = ("-id",)
