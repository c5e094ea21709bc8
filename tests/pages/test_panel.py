"""The dashboard, the search, the log-in, languages, sync fragments and faults."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from asterisk_sync.live.state import LiveChannel, LiveEndpoint, LiveState, publish
from asterisk_sync.models import Generation, SyncRun, SyncState
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.factories.users import PASSWORD, UserFactory
from tests.pages.confirming import confirm
from tests.pages.conftest import AsRole
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def text_of(response: Any) -> str:
    return str(response.content.decode())


def tell(node: Any, *, reachable: bool, name: str) -> None:
    channels = tuple(
        LiveChannel(f"PJSIP/x-{n}", f"L{n}", "Up", "1001", "5511", "5511", "from-internal", "Dial", "ACME", 5)
        for n in range(3)
    )
    endpoint = LiveEndpoint(name, "Not in use" if reachable else "Unavailable", 2 if reachable else 0)
    publish(LiveState(node.pk, timezone.now(), channels=channels, endpoints=(endpoint,)))


def test_the_dashboard_sums_up_the_day(admin: Client) -> None:
    tariff = TariffFactory.create()
    money = {"currency": "BRL", "cost_currency": "BRL", "tariff": tariff}
    ago = timezone.now() - timedelta(minutes=2)
    CdrFactory.create_batch(3, started_at=ago, price="2.00", cost="0.50", margin="1.50", **money)
    text = text_of(admin.get(reverse("reports:dashboard_live")))
    assert "6.00" in text
    assert "1.50" in text
    assert "4.50" in text
    assert "100.0" in text


def test_the_dashboard_shows_calls_up_and_who_is_reachable(admin: Client) -> None:
    node, gateway = NodeFactory.create(), GatewayFactory.create()
    tell(node, reachable=True, name=gateway.name)
    text = text_of(admin.get(reverse("reports:dashboard_live")))
    assert '<div class="tile-value">3</div>' in text
    assert text.count("Reachable") == 2
    assert "Unreachable" not in text


def test_a_gateway_that_does_not_answer_and_a_silent_node_are_said_to_be_unreachable(admin: Client) -> None:
    node, gateway, _silent = NodeFactory.create(), GatewayFactory.create(), NodeFactory.create()
    tell(node, reachable=False, name=gateway.name)
    assert text_of(admin.get(reverse("reports:dashboard_live"))).count("Unreachable") == 2


def test_without_any_word_of_a_node_calls_up_are_not_called_zero(admin: Client) -> None:
    NodeFactory.create()
    assert '<div class="tile-value">—</div>' in text_of(admin.get(reverse("reports:dashboard_live")))


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
)
def test_the_dashboard_stays_up_when_redis_is_down(admin: Client) -> None:
    assert admin.get(reverse("reports:dashboard")).status_code == 200


def test_a_customers_dashboard_shows_its_calls_and_no_cost(as_role: AsRole) -> None:
    own, other = CustomerFactory.create(), CustomerFactory.create()
    CdrFactory.create(customer=own, src="11110001")
    CdrFactory.create(customer=other, src="22220002")
    text = text_of(as_role(Role.CUSTOMER, own).get(reverse("reports:dashboard")))
    assert "11110001" in text
    assert "22220002" not in text
    assert "paid to providers" not in text
    assert "Gateways" not in text


def test_the_chart_has_twenty_four_hours(admin: Client) -> None:
    assert len(admin.get(reverse("reports:dashboard_hours")).json()["hours"]) == 24


@pytest.mark.parametrize("written", ["198.18.44.5", "acme", "551140004444", "GW_Find", "Mobile find", "9911"])
def test_the_search_finds_objects_by_name_number_and_ip(admin: Client, written: str) -> None:
    found = {
        "198.18.44.5": TrunkAddressFactory.create(network="198.18.44.5").customer,
        "acme": CustomerFactory.create(code="ACME"),
        "551140004444": DIDFactory.create(number="551140004444"),
        "GW_Find": GatewayFactory.create(name="GW_Find"),
        "Mobile find": RouteFactory.create(name="Mobile find"),
        "9911": ExtensionFactory.create(number="9911"),
    }
    text = text_of(admin.get(reverse("search"), {"q": written}, headers={"HX-Request": "true"}))
    assert page_of(found[written]) in text
    assert "<html" not in text


def test_the_search_of_a_customer_finds_nothing_of_others(as_role: AsRole) -> None:
    own, other = CustomerFactory.create(name="Findme one"), CustomerFactory.create(name="Findme two")
    text = text_of(as_role(Role.CUSTOMER, own).get(reverse("search"), {"q": "findme"}))
    assert page_of(own) in text
    assert page_of(other) not in text


@pytest.mark.parametrize("written", ["\0", "%", "'", "<script>", "x" * 5000, "   "])
def test_a_strange_search_is_answered(admin: Client, written: str) -> None:
    response = admin.get(reverse("search"), {"q": written})
    assert response.status_code == 200
    assert "<script>" not in text_of(response).split("<main")[1]


def test_whoever_logs_in_lands_on_the_dashboard() -> None:
    user = UserFactory.create()
    response = Client().post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == reverse("reports:dashboard")


def test_a_log_in_has_to_wait_after_too_many_failures() -> None:
    user, client = UserFactory.create(), Client(HTTP_ACCEPT_LANGUAGE="en")
    for _attempt in range(6):
        response = client.post(reverse("account_login"), {"login": user.username, "password": "wrong"})
    assert response.status_code == 429
    assert "Too many failed log-ins" in text_of(response)


def test_the_panel_follows_the_browser_and_then_the_choice(admin: Client) -> None:
    assert '<html lang="en"' in text_of(admin.get(reverse("customers:customer_list")))
    answer = admin.post(reverse("set_language"), {"language": "pt-br", "next": "/customers/"})
    assert answer["Location"] == "/customers/"
    assert '<html lang="pt-br"' in text_of(admin.get(reverse("customers:customer_list")))


def test_without_a_wish_the_panel_speaks_portuguese() -> None:
    assert '<html lang="pt-br"' in text_of(Client().get(reverse("account_login")))


def test_settings_change_ones_own_name_and_nothing_else(as_role: AsRole) -> None:
    viewer = as_role(Role.VIEWER)
    response = viewer.post(reverse("users:settings"), {"first_name": "Ana", "email": "", "role": "admin"})
    assert response.status_code == 302
    text = text_of(viewer.get(reverse("users:settings")))
    assert 'value="Ana"' in text
    assert "Viewer" in text


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "account_reauthenticate", "account_logout"])
def test_the_pages_of_ones_account_wear_the_panels_look(admin: Client, name: str) -> None:
    response = admin.get(reverse(name), follow=True)
    assert response.status_code == 200
    assert "css/voipadmin" in text_of(response)


def test_an_object_page_says_whether_it_is_live(admin: Client) -> None:
    node = NodeFactory.create()
    extension = ExtensionFactory.create()
    address = reverse("asterisk_sync:object_state", args=["customers", "extension", extension.pk])
    assert address in text_of(admin.get(page_of(extension)))
    assert "Pending" in text_of(admin.get(address))
    node.refresh_from_db()
    node.applied_generation = node.attempted_generation = node.desired_generation
    node.state = SyncState.APPLIED
    node.save()
    tell(node, reachable=True, name=extension.sip_username)
    text = text_of(admin.get(address))
    assert "Applied" in text
    assert "Registered" in text


def test_the_state_of_an_object_shows_why_it_was_refused(admin: Client) -> None:
    node, extension = NodeFactory.create(), ExtensionFactory.create()
    node.refresh_from_db()
    node.attempted_generation, node.state, node.reason = (
        node.desired_generation,
        SyncState.REFUSED,
        "pjsip.conf: line 7",
    )
    node.save()
    address = reverse("asterisk_sync:object_state", args=["customers", "extension", extension.pk])
    text = text_of(admin.get(address))
    assert "Refused" in text
    assert "pjsip.conf: line 7" in text


def test_the_state_of_what_is_no_object_of_the_panel_is_a_404(admin: Client) -> None:
    for app_label, model in (("auth", "permission"), ("nonsense", "thing"), ("sessions", "session")):
        address = reverse("asterisk_sync:object_state", args=[app_label, model, ExtensionFactory.create().pk])
        assert admin.get(address).status_code == 404


def test_the_indicator_shows_the_worst_of_the_nodes(admin: Client) -> None:
    NodeFactory.create(state=SyncState.APPLIED)
    NodeFactory.create(state=SyncState.UNREACHABLE)
    assert "Node unreachable" in text_of(admin.get(reverse("asterisk_sync:indicator")))


def test_a_run_shows_its_steps_its_reason_and_its_difference(admin: Client) -> None:
    diff = "--- a/x.conf\n+++ b/x.conf\n@@ -1 +1 @@\n-old <b>\n+new\n"
    run = SyncRun.objects.create(
        node=NodeFactory.create(), wanted_generation=7, outcome="refused", reason="line 3", diff=diff,
        timings={"write": 5, "snapshot": 31},
    )  # fmt: skip
    text = text_of(admin.get(reverse("asterisk_sync:syncrun_detail", args=[run.pk])))
    assert text.index("31 ms") < text.index("5 ms")
    assert "line 3" in text
    assert '<span class="del">-old &lt;b&gt;' in text


@pytest.mark.slow(seconds=0.3)
def test_an_earlier_generation_is_put_back_by_those_who_may(admin: Client, as_role: AsRole) -> None:
    node = NodeFactory.create()
    facts = {"node": node, "content_hash": "0" * 64, "text_kept": True}
    made = [Generation.objects.create(number=n, accepted_at=timezone.now(), **facts) for n in (1, 2)]
    page, restore = (reverse(f"asterisk_sync:generation_{name}", args=[made[0].pk]) for name in ("detail", "restore"))
    assert restore in text_of(admin.get(page))
    viewer = as_role(Role.VIEWER)
    assert restore not in text_of(viewer.get(page))
    assert viewer.post(restore).status_code == 403
    assert confirm(admin, restore).status_code == 302
    node.refresh_from_db()
    assert node.chosen == made[0]
