"""Pages of customers and extensions."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import services
from customers.bulk import CUSTOMER_ACTIONS, EXTENSION_ACTIONS
from customers.consequences import addresses_question, rotation_question, status_question
from customers.filters import CustomerFilterSet, ExtensionFilterSet
from customers.forms import CustomerForm, ExtensionForm
from customers.models import Customer, Extension, TrunkAddress
from customers.tables import CustomerTable, ExtensionTable
from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import EntityForm, answer_of
from voipadmin.core.lists.counting import count_of
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.pages import Entity, FieldGroup, FormPreview, Hint, Related
from voipadmin.core.pages.asking.switching_off import asks_when_disabled
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.pages.objects.shown_once import ShownOnceView, keep_once
from voipadmin.core.pages.objects.views import ObjectCreateView, save_form
from voipadmin.core.viewer import Viewer


def _join_customers(queryset: Any) -> Any:
    extensions = count_of(Extension.objects.all(), "customer")
    return queryset.annotate(extension_count=extensions).prefetch_related("trunk_addresses")


def _customer_context(customer: Customer, _user: Viewer) -> dict[str, Any]:
    return {"local_area": customer.local_area(current_plan())}


def _extension_context(extension: Extension, _user: Viewer) -> dict[str, Any]:
    return {"taken": extension.code_taken(current_plan())}


def _customer_question(before: Customer, form: EntityForm, user: Viewer) -> Question | None:
    """Ask about the status and about addresses that are removed: about both in one question."""
    rows: list[TrunkAddress] | None = form.kept_rows()
    status, addresses = status_question(before, form.instance, user), addresses_question(before, rows, user)
    if status is None or addresses is None:
        return status or addresses
    return replace(status, effects=[*status.effects, *addresses.effects], state=f"{status.state} {addresses.state}")


def _code_taken(form: EntityForm) -> dict[str, Any]:
    number = answer_of(form, "number")
    return {"taken": Extension(number=number).code_taken(current_plan()) if number else None}


def _join_extensions(queryset: Any) -> Any:
    return queryset.select_related("customer")


CUSTOMERS = Entity(
    model=Customer,
    table=CustomerTable,
    filterset=CustomerFilterSet,
    form=CustomerForm,
    bulk=CUSTOMER_ACTIONS,
    icon="building-2",
    is_long=True,
    intro=gettext_lazy("Companies that call through you, by a trunk of their own or by extensions."),
    empty_hint=gettext_lazy("Begin with a customer; its extensions or trunk addresses, numbers and routes follow."),
    effect=gettext_lazy(
        "A trunk customer becomes one SIP endpoint per address, which Asterisk knows by its IP. The limits hold for"
        " incoming and outgoing calls together. A suspended or closed customer gets no call out."
    ),
    join=_join_customers,
    groups=(
        FieldGroup(gettext_lazy("Customer"), ("code", "name", "type", "status")),
        FieldGroup(gettext_lazy("Limits"), ("channel_limit", "calls_per_second", "caller_id_number", "home_area")),
        FieldGroup(
            gettext_lazy("Statements"),
            ("legal_name", "written_tax_number", "address", "billing_email", "payment_days", "statement_language"),
        ),
        FieldGroup(gettext_lazy("Contact"), ("contact_name", "contact_phone", "contact_email", "users", "notes")),
    ),
    hints={"code": Hint.MONO, "caller_id_number": Hint.PHONE, "contact_phone": Hint.PHONE},
    related=(
        Related(
            gettext_lazy("Extensions"),
            "customers:extension_list",
            "customer",
            "customers.view_extension",
            without="customer",
            create_url_name="customers:extension_create",
            create_permission="customers.add_extension",
        ),
        Related(
            gettext_lazy("Numbers"), "numbering:did_list", "customer", "numbering.view_did", without="current_customer"
        ),
        Related(
            gettext_lazy("Conferences"),
            "asterisk_sync:conference_list",
            "customer",
            "asterisk_sync.view_conference",
            without="customer",
            create_url_name="asterisk_sync:conference_create",
            create_permission="asterisk_sync.add_conference",
        ),
        Related(
            gettext_lazy("Statements"),
            "billing:statement_list",
            "customer",
            "billing.view_statement",
            without="account",
        ),
        Related(gettext_lazy("Routes"), "routing:route_list", "customers", "routing.view_route"),
        Related(
            gettext_lazy("Calls"), "billing:cdr_list", "customer", "billing.view_cdr", tab="calls", without="customer"
        ),
    ),
    staff_only=frozenset({"notes", "users"}),
    lead_template="customers/customer/home_area.html",
    detail_context=_customer_context,
    aside_template="customers/customer/addresses.html",
    saving_question=_customer_question,
    actions_template="customers/customer/actions.html",
)

EXTENSIONS = Entity(
    model=Extension,
    table=ExtensionTable,
    filterset=ExtensionFilterSet,
    form=ExtensionForm,
    bulk=EXTENSION_ACTIONS,
    icon="phone",
    is_long=True,
    intro=gettext_lazy("SIP accounts of customers, each with a short number that colleagues dial."),
    empty_hint=gettext_lazy(
        "An extension needs a customer of type extension. Its SIP user name and secret are generated."
    ),
    effect=gettext_lazy(
        "The extension becomes a SIP account with its own user name and secret. Colleagues of the same customer dial"
        " its number; the world reaches it through a number allocated to it."
    ),
    join=_join_extensions,
    groups=(
        FieldGroup(gettext_lazy("Extension"), ("customer", "number", "enabled")),
        FieldGroup(gettext_lazy("Phone set-up"), ("sip_username", "secret", "codecs", "max_contacts")),
        FieldGroup(gettext_lazy("Calls"), ("caller_id_name", "caller_id_number", "home_area", "forward_to")),
    ),
    lead_template="customers/extension/code_taken.html",
    main_template="customers/extension/minutes.html",
    detail_context=_extension_context,
    preview=FormPreview("customers/extension/preview.html", _code_taken),
    hints={
        "number": Hint.MONO,
        "sip_username": Hint.MONO,
        "codecs": Hint.MONO,
        "caller_id_number": Hint.PHONE,
        "forward_to": Hint.PHONE,
    },
    related=(
        Related(
            gettext_lazy("Numbers"), "numbering:did_list", "extension", "numbering.view_did", without="current_customer"
        ),
        Related(gettext_lazy("Calls"), "billing:cdr_list", "extension", "billing.view_cdr", tab="calls"),
    ),
    actions_template="customers/extension/actions.html",
    saving_question=asks_when_disabled(
        gettext_lazy("Its telephones are refused and calls to it are not answered, seconds later.")
    ),
)


def _set_up_url(request: HttpRequest, extension: Extension) -> str:
    """Return the page that shows a new secret once, to whoever made it: later it takes the permission to reveal it."""
    name = keep_once(request, {"secret": extension.secret})
    return reverse("customers:extension_set_up", args=[extension.pk, name])


class ExtensionCreateView(ObjectCreateView[Extension]):
    """Makes an extension and leads to what to set on its telephone."""

    entity = EXTENSIONS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what was refused."""
        form = ExtensionForm(request.POST, user=request.user)
        saved = save_form(form)
        return self._show(form, None) if saved is None else redirect(_set_up_url(request, saved))


class RotateSecretView(ButtonView[Extension]):
    """Gives an extension a new secret; its telephones must be told."""

    entity = EXTENSIONS
    set_up_url = ""

    def question(self, instance: Extension) -> Question:
        """Ask: its telephones stop working."""
        return rotation_question(instance, self.request.user)

    def perform(self, instance: Extension) -> Message:
        """Rotate through the domain."""
        extension = services.rotate_extension_secret(extension=instance)
        self.set_up_url = _set_up_url(self.request, extension)
        return _("%(extension)s has a new secret.") % {"extension": extension}

    def back_url(self, instance: Extension) -> str:
        """Go to what to set on the telephone."""
        return self.set_up_url or super().back_url(instance)


class SetUpView(ShownOnceView[Extension]):
    """What to set on the telephone of an extension, with its secret, this once."""

    entity = EXTENSIONS
    action = "change"
    template = "customers/extension/set_up.html"
