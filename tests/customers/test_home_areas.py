"""In which area a caller's numbers without an area are."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.users import UserFactory
from voipadmin.core.numbering_plan.queries import current_plan

pytestmark = pytest.mark.django_db


def test_it_is_the_extensions_else_the_customers_else_that_of_the_main_number() -> None:
    extension = ExtensionFactory.create()
    customer, plan = extension.customer, current_plan()
    assert extension.local_area(plan) == ""
    customer.caller_id_number = "552140001000"
    assert (customer.local_area(plan), extension.local_area(plan)) == ("21", "21")
    customer.home_area = "11"
    assert (customer.local_area(plan), extension.local_area(plan)) == ("11", "11")
    extension.home_area = "85"
    assert (customer.local_area(plan), extension.local_area(plan)) == ("11", "85")


@pytest.mark.parametrize("number", ["351212345678", "5508001234567", "552012345678", "1001"])
def test_a_main_number_without_an_area_gives_none(number: str) -> None:
    assert CustomerFactory.build(caller_id_number=number).local_area(current_plan()) == ""


@pytest.mark.parametrize("area", ["20", "1", "111", "1a"])
def test_what_is_no_area_of_the_country_is_refused(area: str) -> None:
    for holder in (CustomerFactory.create(), ExtensionFactory.create()):
        holder.home_area = area
        with pytest.raises(ValidationError) as refused:
            holder.full_clean()
        assert list(refused.value.message_dict) == ["home_area"]


def test_the_customers_page_says_where_numbers_without_an_area_are_refused(client: Client) -> None:
    customer = CustomerFactory.create()
    client.force_login(UserFactory.create(role="admin"), backend="voipadmin.users.backends.RoleBackend")
    told = "numbers that are dialled without an area are refused"
    page = client.get(customer.get_absolute_url(), headers={"accept-language": "en"})
    assert told in page.content.decode()
    customer.home_area = "11"
    customer.save()
    page = client.get(customer.get_absolute_url(), headers={"accept-language": "en"})
    assert told not in page.content.decode()
