"""Lists: pages by cursor that nothing moves, order and filters by allowlist."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.client import ApiClient, problem
from tests.factories import CdrFactory, CustomerFactory, ExtensionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


def _walk(client: ApiClient, path: str) -> list[dict[str, Any]]:
    """Return every object of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get(f"{path}{cursor}").json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_every_object_comes_once_whatever_the_pages_length(admin: ApiClient) -> None:
    codes = sorted(CustomerFactory.create().code for _n in range(7))
    for limit in (1, 2, 3, 7, 8):
        assert [row["code"] for row in _walk(admin, f"/customers/?limit={limit}")] == codes


def test_an_object_that_is_new_before_the_cursor_moves_nothing(admin: ApiClient) -> None:
    for code in ("B", "D", "F", "H"):
        CustomerFactory.create(code=code)
    first = admin.get("/customers/?limit=2").json()
    CustomerFactory.create(code="A")
    CustomerFactory.create(code="G")
    second = admin.get(f"/customers/?limit=3&cursor={first['next_cursor']}").json()
    assert [row["code"] for row in first["items"] + second["items"]] == ["B", "D", "F", "G", "H"]


def test_an_object_that_goes_moves_nothing(admin: ApiClient) -> None:
    rows = {code: CustomerFactory.create(code=code) for code in "ABCDE"}
    first = admin.get("/customers/?limit=2").json()
    rows["A"].delete()
    rows["B"].delete()
    second = admin.get(f"/customers/?limit=2&cursor={first['next_cursor']}").json()
    assert [row["code"] for row in second["items"]] == ["C", "D"]


@pytest.mark.parametrize("ordering", ["name", "-name", "created_at", "-created_at"])
def test_equal_places_are_told_apart_by_their_keys(admin: ApiClient, ordering: str) -> None:
    made = {str(CustomerFactory.create(name="Same").pk) for _n in range(5)}
    walked = [row["id"] for row in _walk(admin, f"/customers/?limit=2&ordering={ordering}")]
    assert set(walked) == made
    assert len(walked) == 5


def test_calls_come_newest_first_to_the_microsecond(admin: ApiClient) -> None:
    base = timezone.now() - timedelta(hours=1)
    made = [CdrFactory.create(started_at=base + timedelta(microseconds=step)) for step in range(5)]
    walked = [row["id"] for row in _walk(admin, "/reports/cdr?limit=2")]
    assert walked == [str(row.pk) for row in reversed(made)]


@pytest.mark.parametrize("ordering", ["duration", "-billsec"])
def test_calls_are_ordered_by_length(admin: ApiClient, ordering: str) -> None:
    for seconds in (3, 1, 2):
        CdrFactory.create(duration_seconds=seconds, billable_seconds=seconds)
    lengths = [row["duration"] for row in _walk(admin, f"/reports/cdr?limit=1&ordering={ordering}")]
    assert lengths == sorted(lengths, reverse=ordering.startswith("-"))


def test_a_cursor_belongs_to_its_order(admin: ApiClient) -> None:
    CustomerFactory.create_batch(3)
    cursor = admin.get("/customers/?limit=1").json()["next_cursor"]
    assert problem(admin.get(f"/customers/?ordering=name&cursor={cursor}"), 422)["code"] == "cursor"
    assert problem(admin.get(f"/customers/?cursor={cursor}x"), 422)["code"] == "cursor"


def test_an_order_speaks_of_the_apis_own_names(admin: ApiClient) -> None:
    for number in ("1003", "1001", "1002"):
        ExtensionFactory.create(number=number)
    listed = admin.get("/extensions/?ordering=-extension").json()["items"]
    assert [row["extension"] for row in listed] == ["1003", "1002", "1001"]


def test_filters_narrow_together(admin: ApiClient) -> None:
    wanted = CustomerFactory.create(name="Acme Sul", type="trunk")
    CustomerFactory.create(name="Acme Norte", type="extension")
    CustomerFactory.create(name="Other", type="trunk")
    listed = admin.get("/customers/?search=acme&type=trunk").json()["items"]
    assert [row["id"] for row in listed] == [str(wanted.pk)]


def test_a_page_takes_a_fixed_number_of_queries(admin: ApiClient, django_assert_max_num_queries: Any) -> None:
    CustomerFactory.create_batch(20)
    with django_assert_max_num_queries(4):
        assert len(admin.get("/customers/").json()["items"]) == 20
