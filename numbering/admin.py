"""Numbers, allocations and the numbering plan in the Django admin."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from numbering.models import DID, DIDAllocation
from numbering.services import allocate_did, block_did, release_did, unblock_did
from voipadmin.core.admin import DomainAdmin, DomainInline
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode


class AllocationInline(DomainInline):
    model = DIDAllocation
    fields = ("customer", "destination_type", "destination", "starts_at", "ends_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: DID | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DID | None = None) -> bool:
        return False


@admin.register(DID)
class DIDAdmin(DomainAdmin):
    list_display = ("number", "status", "provider", "gateway", "quarantined_until", "monthly_cost")
    list_filter = ("status", "provider")
    list_select_related = ("provider", "gateway")
    search_fields = ("number",)
    autocomplete_fields = ("provider", "gateway")
    readonly_fields = ("status", "quarantined_until", "created_at", "updated_at")
    inlines = (AllocationInline,)
    actions = ("release", "block", "unblock")

    @admin.action(description=_("Release from their customers"), permissions=["change"])
    def release(self, request: HttpRequest, queryset: QuerySet[DID]) -> None:
        self.run(request, queryset, lambda did: release_did(did=did), _("%(count)s numbers are released."))

    @admin.action(description=_("Block"), permissions=["change"])
    def block(self, request: HttpRequest, queryset: QuerySet[DID]) -> None:
        self.run(request, queryset, lambda did: block_did(did=did), _("%(count)s numbers are blocked."))

    @admin.action(description=_("Unblock"), permissions=["change"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[DID]) -> None:
        self.run(request, queryset, lambda did: unblock_did(did=did), _("%(count)s numbers are unblocked."))


@admin.register(DIDAllocation)
class DIDAllocationAdmin(DomainAdmin):
    """Allocations are made here; they end when the number is released, and stay as they were."""

    list_display = ("did", "customer", "destination_type", "destination", "starts_at", "ends_at")
    list_filter = (("ends_at", admin.EmptyFieldListFilter), "destination_type")
    list_select_related = ("did", "customer", "extension")
    search_fields = ("did__number", "customer__code", "customer__name")
    autocomplete_fields = ("did", "customer", "extension")
    fields = ("did", "customer", "destination_type", "extension", "forward_to", "monthly_price")

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "monthly_price":
            options["required"] = False
        return super().formfield_for_dbfield(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_in_domain(self, request: HttpRequest, instance: DIDAllocation) -> None:
        made = allocate_did(
            did=instance.did,
            customer=instance.customer,
            destination_type=instance.destination_type,
            extension=instance.extension,
            forward_to=instance.forward_to,
            monthly_price=instance.monthly_price or Decimal(0),
        )
        instance.pk = made.pk


@admin.register(DialingRule)
class DialingRuleAdmin(DomainAdmin):
    list_display = ("pattern", "name", "read_as", "strip_digits", "enabled", "valid_from", "valid_until", "region")
    list_filter = ("read_as", "enabled", "region")
    search_fields = ("pattern", "name")


@admin.register(ServiceCode)
class ServiceCodeAdmin(DomainAdmin):
    list_display = ("pattern", "name", "kind", "barred", "valid_from", "valid_until", "region")
    list_filter = ("kind", "barred", "region")
    search_fields = ("pattern", "name")


@admin.register(PlanRange)
class PlanRangeAdmin(DomainAdmin):
    list_display = ("pattern", "name", "kind", "valid_from", "valid_until", "region")
    list_filter = ("kind", "region")
    search_fields = ("pattern", "name")
