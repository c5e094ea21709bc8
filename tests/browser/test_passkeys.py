"""A passkey is added and logs in, in a browser with an authenticator of its own."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD, UserFactory
from voipadmin.users.roles import Role
from voipadmin.users.second_factors.enrolment import hand_out_enrolment_code
from voipadmin.users.second_factors.services import demand_second_factor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_who_needs_a_second_factor_adds_a_passkey_and_logs_in_with_it_alone(
    page: Page, live_server: LiveServer
) -> None:
    ana = UserFactory.create(username="ana", role=Role.OPERATOR)
    demand_second_factor(roles=[Role.OPERATOR])
    # A passkey belongs to a name, not to an address of digits.
    base = live_server.url.replace("127.0.0.1", "localhost")
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": base}])
    _plug_in_authenticator(page)
    page.goto(base + reverse("account_login"))
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Enrolment code").fill(hand_out_enrolment_code(user=ana, now=timezone.now()))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Passkey or security key").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("Passwordless")).to_be_checked()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()

    # The page of who is logged out goes to the log-in by itself, with the next answer of a poll:
    # it is left before, so that the two navigations do not meet.
    page.goto("about:blank")
    page.context.clear_cookies(name="sessionid")
    page.goto(base + reverse("account_login"))
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(base + reverse("reports:dashboard"))


def _plug_in_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
