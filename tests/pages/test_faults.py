"""The pages of what went wrong: within the frame, with the search, and for strangers within that of the log-in."""

from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation

from tests.pages.conftest import AsRole
from voipadmin.core.pages import faults
from voipadmin.users.roles import Role

NOWHERE = "/customers/01a20887-2b1d-73b2-b7fa-000000000000/"
SEARCH, SIDEBAR, ENTRANCE = 'id="global-search"', 'id="sidebar"', 'class="entrance"'


@pytest.mark.django_db
def test_what_is_not_there_or_not_allowed_is_said_within_the_frame(as_role: AsRole) -> None:
    # I20
    viewer = as_role(Role.VIEWER)
    with override_settings(DEBUG=False):
        for address, status, words in (
            (NOWHERE, 404, "Not here"),
            ("/nowhere/at/all/", 404, "Not here"),
            (reverse("users:user_list"), 403, "Not for your role"),
        ):
            response = viewer.get(address)
            text = response.content.decode()
            assert response.status_code == status
            assert all(part in text for part in (words, SEARCH, SIDEBAR, "To the dashboard"))


@pytest.mark.django_db
def test_another_method_and_too_long_a_form_are_refused_within_the_frame(as_role: AsRole) -> None:
    operator = as_role(Role.OPERATOR)
    answer = operator.post(reverse("customers:customer_list"), {})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert all(part in answer.content.decode() for part in ("Not that way", SEARCH, SIDEBAR))
    with override_settings(DEBUG=False, DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        answer = operator.post(reverse("customers:customer_create"), {"name": "x" * 100})
    assert answer.status_code == 413
    assert all(part in answer.content.decode() for part in ("longer than this page takes", SEARCH, SIDEBAR))


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_within_the_frame(as_role: AsRole) -> None:
    viewer = as_role(Role.VIEWER)
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    strict.cookies = viewer.cookies
    for client, frame in ((strict, SIDEBAR), (Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en"), ENTRANCE)):
        response = client.post(reverse("account_login"), {})
        assert response.status_code == 403
        assert "Sent from another page" in response.content.decode()
        assert frame in response.content.decode()


@pytest.mark.django_db
def test_a_stranger_is_shown_the_frame_of_the_log_in() -> None:
    with override_settings(DEBUG=False):
        text = Client(HTTP_ACCEPT_LANGUAGE="en").get("/nowhere/at/all/").content.decode()
    assert "Not here" in text
    assert "To the log-in" in text
    assert ENTRANCE in text
    assert SIDEBAR not in text


def test_a_request_that_made_no_sense_is_answered_before_anybody_knows_who_asks() -> None:
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["panel.example"]):
        response = Client(HTTP_ACCEPT_LANGUAGE="en").get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert 'role="search"' in response.content.decode()


@pytest.mark.django_db
def test_a_request_that_made_no_sense_to_a_page_is_answered_within_the_frame(as_role: AsRole) -> None:
    request: Any = RequestFactory().get("/")
    request.user = as_role(Role.VIEWER).get("/settings/").wsgi_request.user
    with translation.override("en"):
        assert "made no sense" in faults.bad_request(request, SuspiciousOperation()).content.decode()


@pytest.mark.django_db
def test_a_fault_of_ours_asks_nothing_of_the_database(django_assert_num_queries: Any) -> None:
    with translation.override("en"), django_assert_num_queries(0):
        response = faults.server_error(RequestFactory().get("/"))
    text = response.content.decode()
    assert response.status_code == 500
    assert all(part in text for part in ("Something broke", 'role="search"', "css/voipadmin"))
