"""Each user has a list as wanted: columns, order, page size, and views under names, own and shared."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.customers import CustomerFactory
from tests.pages.conftest import AsRole
from voipadmin.core.models import ListLayout, SavedView
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
CUSTOMERS = "/customers/"
LAYOUT = "/lists/customers.customer/layout/"
VIEWS = "/lists/customers.customer/views/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def headings(client: Client, **query: Any) -> list[str]:
    """The columns of the list, as the cells of its first row name them."""
    text = text_of(client.get(CUSTOMERS, {"view": "", **query}))
    row = text.partition("<tbody>")[2].partition("</tr>")[0]
    return [part.partition('"')[0] for part in row.split('data-label="')[1:]]


def view_named(name: str) -> SavedView:
    found: SavedView = SavedView.objects.get(name=name)
    return found


def test_columns_are_shown_as_they_were_chosen_and_moved_until_they_are_reset(operator: Client, admin: Client) -> None:
    CustomerFactory.create()
    usual = headings(operator)
    operator.post(LAYOUT, {"columns": ["code", "status", "name"], "move": "name:up", "page_size": "50"})
    assert headings(operator) == ["Code", "Name", "Status"]
    assert headings(admin) == usual
    operator.post(LAYOUT, {"reset": "1"})
    assert headings(operator) == usual


def test_the_column_that_leads_to_the_object_cannot_be_taken_off(operator: Client) -> None:
    CustomerFactory.create()
    operator.post(LAYOUT, {"columns": ["status", "nonsense", "status"]})
    assert headings(operator) == ["Code", "Status"]


def test_columns_of_the_address_hold_and_strange_ones_are_named(operator: Client) -> None:
    CustomerFactory.create()
    assert headings(operator, columns="code,name") == ["Code", "Name"]
    text = text_of(operator.get(CUSTOMERS, {"columns": "code,password"}))
    assert "This list has no column “password”." in text


def test_columns_that_a_role_does_not_see_cannot_be_asked_for(as_role: AsRole) -> None:
    own = CustomerFactory.create()
    text = text_of(as_role(Role.CUSTOMER, own).get("/calls/", {"columns": "started_at,cost,gateway"}))
    assert "This list has no column “cost”." in text


def test_the_usual_order_and_page_size_are_kept_for_the_user(operator: Client, admin: Client) -> None:
    CustomerFactory.create(code="A", name="Omega")
    CustomerFactory.create_batch(60, name="Middle")
    CustomerFactory.create(code="ZZZ", name="Alpha")
    operator.post(LAYOUT, {"columns": ["code", "name"], "sort": "name", "page_size": "50"})
    text = text_of(operator.get(CUSTOMERS, {"view": ""}))
    assert text.index(">ZZZ<") < text.index(">Middle<")
    assert text.count('class="row-link') == 50
    assert text_of(admin.get(CUSTOMERS)).count('class="row-link') == 25


def test_a_page_size_chosen_on_the_page_is_kept_and_one_of_a_link_is_not(operator: Client) -> None:
    CustomerFactory.create_batch(60)
    operator.get(CUSTOMERS, {"per_page": "50"})
    assert not ListLayout.objects.exists()
    operator.get(CUSTOMERS, {"per_page": "50"}, headers={"HX-Request": "true", "HX-Target": "list-region"})
    assert text_of(operator.get(CUSTOMERS)).count('class="row-link') == 50


def test_a_view_keeps_filters_order_and_columns_under_a_name(operator: Client) -> None:
    query = "status=suspended&sort=-name&columns=code,name&page=3&type="
    opened = operator.post(VIEWS, {"name": " Suspended ", "query": query})
    view = view_named("Suspended")
    assert opened["Location"] == f"{CUSTOMERS}?status=suspended&sort=-name&columns=code%2Cname&view={view.pk}"
    text = text_of(operator.get(opened["Location"]))
    assert 'aria-current="page"><span>Suspended</span>' in text.replace("\n", "")


def test_a_name_is_given_once(operator: Client) -> None:
    for _again in range(2):
        answer = operator.post(VIEWS, {"name": "Mine", "query": ""}, follow=True)
    assert SavedView.objects.count() == 1
    assert "You have a view of this name already." in text_of(answer)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b"])
def test_a_name_that_is_none_is_refused(operator: Client, name: str) -> None:
    assert operator.post(VIEWS, {"name": name, "query": ""}).status_code == 302
    assert not SavedView.objects.exists()


def test_the_list_begins_with_the_default_view_and_clear_leaves_it(operator: Client) -> None:
    operator.post(VIEWS, {"name": "Mine", "query": "status=suspended", "is_default": "on"})
    view = view_named("Mine")
    assert operator.get(CUSTOMERS)["Location"] == f"{CUSTOMERS}?status=suspended&view={view.pk}"
    assert operator.get(CUSTOMERS, {"view": ""}).status_code == 200
    operator.post(f"/lists/views/{view.pk}/", {"do": "begin_without"})
    assert operator.get(CUSTOMERS).status_code == 200


def test_a_shared_view_is_for_all_staff_and_changed_by_its_owner_or_the_administrator(
    operator: Client, admin: Client, as_role: AsRole
) -> None:
    operator.post(VIEWS, {"name": "Ours", "query": "status=suspended", "is_shared": "on"})
    address = f"/lists/views/{view_named('Ours').pk}/"
    viewer, finance = as_role(Role.VIEWER), as_role(Role.FINANCE)
    assert "Ours" in text_of(viewer.get(CUSTOMERS))
    assert finance.post(address, {"do": "delete"}).status_code == 403
    assert viewer.post(address, {"name": "Theirs", "query": ""}).status_code == 403
    assert viewer.post(address, {"do": "begin"}).status_code == 302
    admin.post(address, {"name": "Renamed", "query": "status=closed", "is_shared": "on"})
    assert view_named("Renamed").query == "status=closed"
    admin.post(address, {"do": "delete"})
    assert viewer.get(CUSTOMERS).status_code == 200  # its default is gone with the view


def test_people_of_a_customer_and_viewers_share_nothing(as_role: AsRole, operator: Client) -> None:
    operator.post(VIEWS, {"name": "Staff only", "query": "", "is_shared": "on"})
    people = as_role(Role.CUSTOMER, CustomerFactory.create())
    assert "Staff only" not in text_of(people.get(CUSTOMERS))
    assert people.post(f"/lists/views/{view_named('Staff only').pk}/", {"do": "begin"}).status_code == 404
    for client in (people, as_role(Role.VIEWER)):
        answer = client.post(VIEWS, {"name": "Mine", "query": "", "is_shared": "on"}, follow=True)
        assert "Your role may not share views." in text_of(answer)
    assert SavedView.objects.count() == 1


def test_an_unshared_view_is_nobody_elses(operator: Client, admin: Client) -> None:
    operator.post(VIEWS, {"name": "Mine", "query": ""})
    view = view_named("Mine")
    assert admin.post(f"/lists/views/{view.pk}/", {"do": "delete"}).status_code == 404
    assert "is not there any more, or is not for you" in text_of(admin.get(CUSTOMERS, {"view": str(view.pk)}))


def test_a_view_whose_filter_is_gone_says_so_and_shows_the_rest(operator: Client) -> None:
    operator.post(VIEWS, {"name": "Old", "query": "colour=red&status=active"})
    customer = CustomerFactory.create()
    text = text_of(operator.get(CUSTOMERS, {"colour": "red", "status": "active", "view": str(view_named("Old").pk)}))
    assert "The view “Old” filters by “colour”, which this list no longer has." in text
    assert customer.name in text


@pytest.mark.parametrize("address", [LAYOUT, VIEWS])
def test_lists_that_a_role_does_not_see_cannot_be_laid_out(as_role: AsRole, address: str) -> None:
    people = as_role(Role.CUSTOMER, CustomerFactory.create())
    for name, status in (("routing.gateway", 403), ("auth.group", 404), ("customers.customer", 302)):
        assert people.post(address.replace("customers.customer", name), {"name": "x"}).status_code == status


def test_what_a_deleted_user_kept_goes_except_what_others_use(operator: Client) -> None:
    operator.post(LAYOUT, {"columns": ["code"]})
    operator.post(VIEWS, {"name": "Mine", "query": ""})
    operator.post(VIEWS, {"name": "Ours", "query": "", "is_shared": "on"})
    User.objects.filter(role=Role.OPERATOR).delete()
    assert not ListLayout.objects.exists()
    assert [view.name for view in SavedView.objects.all()] == ["Ours"]


def test_every_list_has_an_address_for_its_layout(operator: Client) -> None:
    assert reverse("list_layout", args=["customers.customer"]) == LAYOUT
