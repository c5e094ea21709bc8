"""Customers in the Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension, TrunkAddress
from customers.services import rotate_extension_secret, save_customer, save_extension, save_trunk_address
from voipadmin.core.admin import DomainAdmin, DomainInline


class CustomersAdmin(DomainAdmin):
    """Writes of this app, each by its service."""

    def save_in_domain(self, request: HttpRequest, instance: Any) -> None:
        if isinstance(instance, TrunkAddress):
            save_trunk_address(address=instance, user=request.user)  # type: ignore[arg-type]  # staff only
        elif isinstance(instance, Extension):
            save_extension(extension=instance)
        else:
            save_customer(customer=instance)


class TrunkAddressInline(DomainInline):
    model = TrunkAddress


class ExtensionInline(DomainInline):
    model = Extension
    fields = ("number", "caller_id_name", "caller_id_number", "max_contacts", "forward_to", "enabled")


@admin.register(Customer)
class CustomerAdmin(CustomersAdmin):
    list_display = ("code", "name", "type", "status", "channel_limit", "calls_per_second", "contact_name")
    list_filter = ("status", "type")
    search_fields = ("code", "name", "contact_name", "contact_email")
    filter_horizontal = ("users",)
    inlines = (TrunkAddressInline, ExtensionInline)

    def get_inlines(self, request: HttpRequest, obj: Customer | None) -> Any:
        """Offer the rows that the customer's type has; a new customer's type is not known yet."""
        if obj is None:
            return ()
        return (TrunkAddressInline,) if obj.type == "trunk" else (ExtensionInline,)


@admin.register(TrunkAddress)
class TrunkAddressAdmin(CustomersAdmin):
    list_display = ("network", "port", "transport", "customer", "receives_calls", "priority")
    list_filter = ("transport", "receives_calls")
    list_select_related = ("customer",)
    search_fields = ("customer__code", "customer__name")
    autocomplete_fields = ("customer",)


@admin.register(Extension)
class ExtensionAdmin(CustomersAdmin):
    list_display = ("number", "customer", "sip_username", "caller_id_name", "forward_to", "enabled")
    list_filter = ("enabled",)
    list_select_related = ("customer",)
    search_fields = ("number", "sip_username", "caller_id_name", "customer__code", "customer__name")
    autocomplete_fields = ("customer",)
    readonly_fields = ("sip_username", "created_at", "updated_at")
    actions = ("rotate_secrets",)

    @admin.action(description=_("Give new secrets"), permissions=["change"])
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        self.run(
            request,
            queryset,
            lambda extension: rotate_extension_secret(extension=extension),
            _("%(count)s extensions have new secrets; their phones need them."),
        )
