"""Whom a customer's statements name: by form and API, checked and in one spelling."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer
from customers.services import save_customer
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def saved(**values: Any) -> Customer:
    customer = CustomerFactory.create()
    for name, value in values.items():
        setattr(customer, name, value)
    save_customer(customer=customer)
    return Customer.objects.get(pk=customer.pk)


def test_a_customer_is_named_in_one_spelling() -> None:
    customer = saved(
        legal_name="Padaria São João Ltda.", tax_number="12.abc.345/01de-35", street="Rua A, 1", district="Centro",
        city="Santos", state="sp", postal_code="11010000", billing_email="contas@padaria.example", payment_days=0,
    )  # fmt: skip
    assert customer.tax_number == "12ABC34501DE35"
    assert customer.address() == "Rua A, 1, Centro, 11010-000 Santos – SP"
    assert customer.payment_days == 0


def test_a_foreign_customer_has_the_number_of_its_country() -> None:
    customer = saved(country="de", tax_number="DE 123456789", postal_code="10115", city="Berlin")
    assert (customer.country, customer.written_tax_number()) == ("DE", "DE 123456789")
    assert customer.address_lines()[-1] == "DE"


@pytest.mark.parametrize(("name", "value"), [("tax_number", "11222333000182"), ("state", "??"), ("country", "ZZ")])
def test_what_is_none_of_its_country_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        saved(**{name: value})
    assert set(refused.value.message_dict) == {name}
    assert Customer.objects.get().tax_number == ""
