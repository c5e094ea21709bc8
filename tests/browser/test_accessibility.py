"""Every page, light and dark, without a serious fault for people who cannot see or point well."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from asterisk_sync.generations import store
from asterisk_sync.models import (
    ConferenceLeg,
    ConferenceSession,
    DriftFinding,
    Generation,
    LegState,
    Node,
    OutboxEntry,
    SyncRun,
)
from asterisk_sync.rendering.files import FILE_NAMES
from billing.models import RefusedCall
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from tests.browser.conftest import AXE
from tests.entities import KINDS, make_conference
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from voipadmin.core.tables.links import page_of, page_of_number

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


DESKTOP: ViewportSize = {"width": 1440, "height": 900}
TELEPHONE: ViewportSize = {"width": 390, "height": 844}

# An empty result, the question before a deletion and the changelog are one template each, whatever the kind.
SHOWS_WHAT_ALL_SHARE = {"customers:customer", "numbering:did", "asterisk_sync:node"}


def every_page() -> Iterator[str]:
    """Make one object of each kind and return the address of every page about it."""
    TrunkAddressFactory.create()
    tariff = TariffFactory.create(cost_per_minute="0.50", price_per_minute="0.10")
    call = CdrFactory.create(price="1", cost="2", margin="-1", currency="BRL", cost_currency="BRL", tariff=tariff)
    yield from (reverse("reports:dashboard"), reverse("users:settings"), f"{reverse('search')}?q=a")
    yield from (reverse("billing:cdr_list"), page_of(call))
    mark_quarters([call.ended_at])
    refused = RefusedCall.objects.create(
        customer=CustomerFactory.create(), node_name="pbx1", number="5511987654321", reason="credit", cause=21
    )
    yield from (reverse("billing:refusedcall_list"), page_of(refused))
    for name, kind in KINDS.items():
        made = kind.make()
        yield reverse(f"{name}_list")
        yield reverse(f"{name}_create")
        yield from (reverse(f"{name}_{action}", args=[made.pk]) for action in ("detail", "edit"))
        if name in SHOWS_WHAT_ALL_SHARE:
            yield f"{reverse(f'{name}_list')}?q=nothing-like-it"
            yield reverse(f"{name}_delete", args=[made.pk])
            yield f"{page_of(made)}?tab=changelog"
        if name == "asterisk_sync:node":
            yield from sync_pages(made)
    yield from conference_pages()
    yield from number_pages()
    count_changed_hours()
    yield from (reverse("reports:margin"), f"{reverse('reports:quality')}?by=day&weekday=1&cause=999")
    yield from (reverse("reports:dids"), f"{reverse('reports:dids')}?number=x&idle_days=0")
    yield from (
        reverse(name)
        for name in ("account_change_password", "mfa_index", "usersessions_list", "users:roles", "users:user_create")
    )
    yield reverse("users:audit")
    yield reverse("numbering:did_release", args=[DIDAllocationFactory.create().did.pk])
    yield "/nothing/here/"


def conference_pages() -> Iterator[str]:
    """Return the pages of a conference that goes on, with a call in each state."""
    conference = make_conference()
    session = ConferenceSession.objects.create(conference=conference, closes_at=timezone.now() + timedelta(hours=1))
    for state in LegState:
        ConferenceLeg.objects.create(session=session, number="+5511987654321", state=state, cause=17)
    yield from (page_of(conference), page_of(session), reverse("asterisk_sync:conferencesession_list"))
    yield from (
        reverse(f"asterisk_sync:conference_{name}", args=[conference.pk]) for name in ("start", "end", "call_in")
    )


def sync_pages(node: Any) -> Iterator[str]:
    """Return the pages of a run, of generations and of drift, with a hold and a set that waits above them."""
    before, live, staged, found = sets_of(node)
    run = SyncRun.objects.create(
        node=node, wanted_generation=1, diff="--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n", outcome="applied"
    )
    finding = DriftFinding.objects.create(node=node, kind="file", subject="pjsip_extensions.conf", generation=found)
    foreign = DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand", detail="endpoint")
    Node.objects.filter(pk=node.pk).update(mode="staged", state="staged", desired_generation=9)
    held = NodeFactory.create()
    Node.objects.filter(pk=held.pk).update(held=True, chosen=store.record(held, 1, texts("x"), accepted_at=EARLY))
    yield from (reverse(f"asterisk_sync:{name}_list") for name in ("syncrun", "generation", "driftfinding"))
    yield from (page_of(item) for item in (run, live, staged, found, finding, foreign, node, held))
    yield reverse("asterisk_sync:node_waiting", args=[node.pk])
    yield reverse("asterisk_sync:node_waiting", args=[held.pk])
    yield f"{reverse('asterisk_sync:node_compare', args=[node.pk])}?before={before.pk}&after={live.pk}"
    yield reverse("asterisk_sync:generation_restore", args=[before.pk])
    yield reverse("asterisk_sync:generation_text", args=[live.pk, "pjsip_extensions.conf"])


EARLY = timezone.now() - timedelta(days=1)


def texts(number: str) -> dict[str, str]:
    """Return a set of files."""
    return dict.fromkeys(FILE_NAMES, "; nothing\n") | {
        "pjsip_extensions.conf": f"[u{number}]\ntype=endpoint\naccountcode=ACME\ncallerid=Ana <{number}>\n"
    }


def sets_of(node: Any) -> tuple[Generation, ...]:
    """Make a set that was accepted, the one that is live, one that waits, and one that was found."""
    OutboxEntry.objects.create(
        node=node,
        generation=2,
        object_label="routing.route",
        object_id=str(node.pk),
        object_name="Mobile",
        action="changed",
    )
    facts: list[dict[str, Any]] = [
        {"accepted_at": EARLY},
        {"accepted_at": timezone.now(), "verification": {"endpoint": 3}, "object_counts": {"dids": 4}},
        {"status": "staged", "removals": {"extensions": ["u2"]}},
        {"status": "drifted"},
    ]
    return tuple(store.record(node, place, texts(str(place)), **fact) for place, fact in enumerate(facts, 1))


def number_pages() -> Iterator[str]:
    """Return the pages of a free and of an allocated number."""
    free, allocated = DIDFactory.create(), DIDAllocationFactory.create().did
    yield from (f"{reverse('numbering:plan')}?number={number}" for number in ("190", "34001234"))
    yield from (reverse("numbering:did_range"), reverse("numbering:did_allocate", args=[free.pk]))
    yield from (reverse("numbering:did_destination", args=[allocated.pk]), page_of(allocated))
    yield f"{page_of(allocated)}?tab=related"
    yield from (page_of_number(number) for number in (allocated.number, "0190", "1001"))


def wait_for_parts(page: Page) -> None:
    """Wait until each part that is asked for while the page loads is there."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def violations_of(page: Page, *, rule: str = "") -> list[str]:
    """Return the serious and critical violations that axe finds (of one rule, if named), each with the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"]} | ({"runOnly": [rule]} if rule else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {one['help']} at {json.dumps(one['nodes'][0]['target'])} {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def becomes_narrow(page: Page) -> bool:
    """Tell whether the page fits the telephone's width, within five seconds: its charts are drawn for it anew."""
    for _look in range(50):
        if page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]:
            return True
        page.wait_for_timeout(100)
    return False


def test_no_page_has_a_serious_fault_or_is_wider_than_a_telephone(
    as_admin: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    """Each page is loaded once: a dark one and a narrow one differ by style sheet alone."""
    checked: dict[str, list[str]] = {}
    for address in every_page():
        as_admin.emulate_media(color_scheme="light", reduced_motion="reduce")
        as_admin.goto(live_server.url + address)
        wait_for_parts(as_admin)
        checked[address] = violations_of(as_admin)
        as_admin.emulate_media(color_scheme="dark")
        checked[f"{address} (dark)"] = violations_of(as_admin, rule="color-contrast")
        as_admin.set_viewport_size(TELEPHONE)
        if not becomes_narrow(as_admin):
            checked[f"{address} (telephone)"] = ["is wider than a telephone"]
        as_admin.set_viewport_size(DESKTOP)
    complaints[:] = [text for text in complaints if "404" not in text]  # the page that is not there
    assert len(checked) > 200
    assert {address: found for address, found in checked.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_in_has_no_serious_fault(panel: Page, scheme: Any) -> None:
    panel.emulate_media(color_scheme=scheme)
    panel.reload()
    assert violations_of(panel) == []
