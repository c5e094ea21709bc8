"""From the form of a conference to who is in the room; the test stands in for the worker of the node."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asterisk_sync.models import Conference, ConferenceLeg, EndReason, LegState
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_an_operator_calls_people_together_and_sees_who_comes(as_admin: Page, live_server: LiveServer) -> None:
    NodeFactory.create(originate_secret="s" * 32)
    customer = CustomerFactory.create(code="ACME", caller_id_number="551140001000")
    page = as_admin
    _enter_conference(page, f"{live_server.url}/conferences/new/?customer={customer.pk}")

    page.get_by_role("link", name="Start now").click()
    page.get_by_role("button", name="Call everybody").click()
    expect(page.get_by_text("Waits to be called")).to_have_count(2)
    session = Conference.objects.get().sessions.get()
    now = timezone.now()
    ana, bia = session.legs.all()
    ConferenceLeg.objects.filter(pk=ana.pk).update(state=LegState.JOINED, joined_at=now)
    ConferenceLeg.objects.filter(pk=bia.pk).update(state=LegState.REFUSED, cause=17, left_at=now)
    expect(page.get_by_text("1 in the room")).to_be_visible()
    expect(page.get_by_text("Busy")).to_be_visible()

    page.get_by_role("button", name="Mute: Ana").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Unmute: Ana")).to_be_focused()
    ana.refresh_from_db()
    assert ana.wants_mute
    page.get_by_role("button", name="Call again: +5511987650002").click()
    expect(page.get_by_text("Waits to be called")).to_have_count(1)
    assert session.legs.count() == 3

    page.get_by_role("link", name="End", exact=True).click()
    page.get_by_role("button", name="End it for everybody").click()
    session.refresh_from_db()
    assert session.wants_end
    session.legs.exclude(left_at=None).update(state=LegState.LEFT)
    session.ended_at, session.end_reason = timezone.now(), EndReason.ENDED
    session.save()
    expect(page.get_by_text("Ended by hand")).to_be_visible()


def _enter_conference(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[name=name]").fill("Board")
    page.locator("[name=rows-0-name]").fill("Ana")
    page.locator("[name=rows-0-number]").fill("(11) 98765-0001")
    page.locator("[name=rows-1-number]").fill("190")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is an emergency number")).to_be_visible()
    page.locator("[name=rows-1-number]").fill("(11) 98765-0002")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not held yet")).to_be_visible()
