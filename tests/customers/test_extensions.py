import re
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from customers.models import CustomerType, Extension
from customers.queries import extensions_taking_codes
from customers.services import rotate_extension_secret, save_extension
from tests.factories import CustomerFactory, ExtensionFactory, UserFactory
from voipadmin.core.models import ServiceCode
from voipadmin.core.numbering_plan.queries import current_plan

pytestmark = pytest.mark.django_db


def build(**values: Any) -> Extension:
    customer = values.pop("customer", None) or CustomerFactory.create(type=CustomerType.EXTENSION)
    return ExtensionFactory.build(customer=customer, **values)


def errors_of(extension: Extension) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        save_extension(extension=extension)
    assert not Extension.objects.filter(pk=extension.pk).exists()
    return refusal.value.message_dict


@pytest.mark.slow(seconds=1)
def test_user_name_and_secret_are_generated_and_hard_to_guess() -> None:
    extensions = [save_extension(extension=build()) for _position in range(20)]
    assert len({extension.sip_username for extension in extensions}) == 20
    for extension in extensions:
        assert re.fullmatch(r"u[0-9a-f]{15}", extension.sip_username)
        assert re.fullmatch(r"[0-9a-f]{32}", extension.secret)


def test_two_customers_may_have_the_same_number_and_one_may_not() -> None:
    first = save_extension(extension=build(number="1001"))
    save_extension(extension=build(number="1001"))
    errors = errors_of(build(number="1001", customer=first.customer))
    assert errors["__all__"] == ["This customer already has an extension with this number."]


def test_the_database_refuses_a_number_twice() -> None:
    first = ExtensionFactory.create()
    with pytest.raises(IntegrityError, match="extension_number_unique"), transaction.atomic():
        ExtensionFactory.create(customer=first.customer, number=first.number)


@pytest.mark.parametrize("number", ["1", "12345678901", "10a", "", "10 1", "١٠٠١"])
def test_what_is_no_short_number_is_refused(number: str) -> None:
    assert list(errors_of(build(number=number))) == ["number"]


@pytest.mark.parametrize("number", ["190", "192", "193", "911", "112", "188", "180", "100", "199"])
def test_no_extension_takes_an_emergency_or_health_line(number: str) -> None:
    assert f"{number} is an emergency or health line" in errors_of(build(number=number))["number"][0]


def test_the_lines_are_those_of_the_numbering_plan() -> None:
    ServiceCode.objects.filter(pattern="100").update(kind="service")
    ServiceCode.objects.create(region="BR", pattern="1234", kind="emergency", name="Mountain rescue")
    save_extension(extension=build(number="100"))
    assert "number" in errors_of(build(number="1234"))


def test_an_extension_that_has_such_a_number_can_be_changed_and_is_named() -> None:
    old = ExtensionFactory.create(number="1000")
    Extension.objects.update(number="188")
    old.refresh_from_db()
    old.caller_id_name = "Reception"
    save_extension(extension=old)
    old.number = "190"
    with pytest.raises(ValidationError, match="emergency or health line"):
        save_extension(extension=old)
    assert [(str(extension.number), code.kind) for extension, code in extensions_taking_codes(current_plan())] == [
        ("188", "emergency")
    ]


@pytest.mark.parametrize(
    ("number", "told"), [("190", "emergency or health line"), ("150", "public service"), ("1001", "")]
)
def test_the_form_and_the_page_tell_what_a_number_takes(client: Client, number: str, told: str) -> None:
    extension = ExtensionFactory.create(number=number)
    client.force_login(UserFactory.create(role="admin"), backend="voipadmin.users.backends.RoleBackend")
    english = {"accept-language": "en"}
    page = client.get(extension.get_absolute_url(), headers=english).content.decode()
    preview = client.get(reverse("customers:extension_preview"), {"number": number}, headers=english).content.decode()
    sentence = f"Colleagues who dial {number} reach this extension"
    for text in (page, preview):
        assert (sentence in text) == bool(told)
        assert told in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("secret", "short"),
        ("secret", 'with"quote"'),
        ("secret", "line\nbreak1"),
        ("caller_id_name", 'Ana" <sip:x>'),
        ("caller_id_name", "D'Ávila"),
        ("caller_id_number", "+5511"),
        ("codecs", "alaw;allow=all"),
        ("forward_to", "190&PJSIP/gw/1900"),
        ("forward_to", "${CHANNEL}"),
        ("sip_username", "alice"),
        ("max_contacts", 0),
        ("max_contacts", 11),
    ],
)
def test_a_value_outside_its_grammar_is_refused_at_its_field(field: str, value: Any) -> None:
    assert list(errors_of(build(**{field: value}))) == [field]


@pytest.mark.parametrize(
    "values",
    [{"number": "1;"}, {"sip_username": "anonymous"}, {"sip_username": "u;23456789abcdef"}, {"codecs": "alaw\nallow"}],
)
def test_the_database_refuses_what_no_form_saw(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="extension_fits_asterisk"), transaction.atomic():
        ExtensionFactory.create(**values)


def test_a_trunk_customer_has_no_extensions() -> None:
    assert list(errors_of(build(customer=CustomerFactory.create()))) == ["customer"]


def test_codecs_are_kept_in_one_form() -> None:
    extension = save_extension(extension=build(codecs=" alaw , ulaw "))
    assert Extension.objects.get(pk=extension.pk).codecs == "alaw,ulaw"


def test_an_extension_does_not_forward_to_itself() -> None:
    assert list(errors_of(build(number="1001", forward_to="1001"))) == ["forward_to"]


def test_forwards_do_not_go_in_a_circle() -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    save_extension(extension=build(customer=customer, number="1001", forward_to="1002"))
    save_extension(extension=build(customer=customer, number="1002", forward_to="1003"))
    assert list(errors_of(build(customer=customer, number="1003", forward_to="1001"))) == ["forward_to"]
    save_extension(extension=build(customer=customer, number="1004", forward_to="1001"))


def test_another_customers_extension_of_the_same_number_makes_no_circle() -> None:
    save_extension(extension=build(number="1001", forward_to="1002"))
    save_extension(extension=build(number="1002", forward_to="1001"))


def test_a_rotated_secret_is_new_and_the_changelog_shows_neither() -> None:
    extension = save_extension(extension=build())
    before = extension.secret
    rotate_extension_secret(extension=extension)
    stored = Extension.objects.get(pk=extension.pk)
    assert stored.secret == extension.secret != before
    entries = LogEntry.objects.get_for_object(extension)
    assert entries.latest("pk").changes == {"secret": ["•••••", "•••••"]}
    for entry in entries:
        text = f"{entry.changes} {entry.serialized_data} {entry.object_repr} {entry.additional_data}"
        assert before not in text
        assert stored.secret not in text
