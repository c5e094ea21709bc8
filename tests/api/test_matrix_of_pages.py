"""Every page of panel and admin x every role x an own and a foreign object; strangers see only the log-in."""

import re
import uuid
from itertools import cycle, product
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.api.matrix import World, make_world, may
from tests.urls import addresses
from voipadmin import urls
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=7)]

SUFFIXES = {
    "list": [("GET", "view")],
    "detail": [("GET", "view")],
    "create": [("GET", "add"), ("POST", "add")],
    "edit": [("GET", "change"), ("POST", "change")],
    "delete": [("GET", "delete"), ("POST", "delete")],
    "secret": [("POST", "reveal")],
    "preview": [("GET", "change")],
    "bulk": [("POST", "view")],
    "confirm": [("GET", "view"), ("POST", "view")],
}
# The pages that are no list, object or form: method, action, and the kind of object that the permission is for.
OTHERS: dict[str, list[tuple[str, str, str]]] = {
    "reports:dashboard": [("GET", "view", "reports.dashboard")],
    "reports:dashboard_live": [("GET", "view", "reports.dashboard")],
    "reports:dashboard_poll": [("GET", "view", "reports.dashboard")],
    "reports:dashboard_hours": [("GET", "view", "reports.dashboard")],
    "reports:margin": [("GET", "view", "reports.margin")],
    "reports:quality": [("GET", "view", "reports.quality")],
    "reports:gateway_quality": [("GET", "view", "reports.quality")],
    "reports:extension_minutes": [("GET", "view", "billing.cdr")],
    "reports:number": [("GET", "view", "numbering.did")],
    "reports:number_route": [("GET", "view", "routing.route")],
    "reports:pattern": [("GET", "view", "routing.route")],
    "reports:reportschedule_run": [("POST", "change", "reports.reportschedule")],
    "reports:reportschedule_again": [("POST", "change", "reports.reportschedule")],
    "reports:statement_file": [("GET", "view", "billing.statement")],
    "reports:calls_file": [("GET", "view", "billing.cdr")],
    "reports:calls_totals": [("GET", "view", "billing.cdr")],
    "reports:dids": [("GET", "view", "numbering.did")],
    "reports:cdr_gaps": [("GET", "view", "billing.rejectedrecord")],
    "reports:cdr_import": [("GET", "change", "billing.rejectedrecord"), ("POST", "change", "billing.rejectedrecord")],
    "installation": [("GET", "view", "core.installation"), ("POST", "change", "core.installation")],
    "customers:extension_set_up": [("GET", "change", "customers.extension")],
    "customers:extension_rotate": [("GET", "change", "customers.extension"), ("POST", "change", "customers.extension")],
    "numbering:plan": [("GET", "view", "core.dialingrule")],
    "numbering:did_range": [("GET", "add", "numbering.did"), ("POST", "add", "numbering.did")],
    "numbering:did_import": [("GET", "add", "numbering.did"), ("POST", "add", "numbering.did")],
    "numbering:did_allocate": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "numbering:did_destination": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "numbering:did_release": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "numbering:did_give_back": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "numbering:did_block": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "numbering:did_unblock": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "billing:rejectedrecord_again": [("POST", "change", "billing.rejectedrecord")],
    "asterisk_sync:call_moment": [("GET", "view", "asterisk_sync.generation")],
    "asterisk_sync:indicator": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:indicator_poll": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:node_apply": [("POST", "sync", "asterisk_sync.node")],
    "asterisk_sync:node_renew_secret": [("GET", "sync", "asterisk_sync.node"), ("POST", "sync", "asterisk_sync.node")],
    "asterisk_sync:node_waiting": [("GET", "view", "asterisk_sync.node"), ("POST", "sync", "asterisk_sync.node")],
    "asterisk_sync:node_release": [("GET", "sync", "asterisk_sync.node"), ("POST", "sync", "asterisk_sync.node")],
    "asterisk_sync:node_compare": [("GET", "view", "asterisk_sync.generation")],
    "asterisk_sync:generation_restore": [("GET", "sync", "asterisk_sync.node"), ("POST", "sync", "asterisk_sync.node")],
    "asterisk_sync:generation_text": [("GET", "sync", "asterisk_sync.node")],
    **{
        f"asterisk_sync:driftfinding_{name}": [
            ("GET", "sync", "asterisk_sync.driftfinding"),
            ("POST", "sync", "asterisk_sync.driftfinding"),
        ]
        for name in ("mend", "adopt")
    },
    "asterisk_sync:nodes_of_customer": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:place_customer": [("GET", "change", "customers.customer"), ("POST", "change", "customers.customer")],
    "asterisk_sync:nodes_of_gateway": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:place_gateway": [("GET", "change", "routing.gateway"), ("POST", "change", "routing.gateway")],
    "asterisk_sync:nodes_of_did": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:place_did": [("GET", "change", "numbering.did"), ("POST", "change", "numbering.did")],
    "asterisk_sync:object_state": [("GET", "view", "asterisk_sync.node")],
    "asterisk_sync:simulator": [("GET", "view", "routing.route")],
    "asterisk_sync:simulator_check": [("GET", "view", "routing.route")],
    "reports:burn_poll": [("GET", "view", "asterisk_sync.call")],
    "asterisk_sync:calls_up": [("GET", "view", "asterisk_sync.call")],
    "asterisk_sync:calls_up_poll": [("GET", "view", "asterisk_sync.call")],
    "asterisk_sync:hang_up": [("POST", "end", "asterisk_sync.call")],
    "asterisk_sync:hangup_results": [("GET", "end", "asterisk_sync.call")],
    "asterisk_sync:conference_live": [("GET", "view", "asterisk_sync.conference")],
    "asterisk_sync:conferencesession_recording": [("GET", "view", "asterisk_sync.conferencesession")],
    "asterisk_sync:conference_poll": [("GET", "view", "asterisk_sync.conference")],
    **{
        f"asterisk_sync:conference_{name}": [
            ("GET", "change", "asterisk_sync.conference"),
            ("POST", "change", "asterisk_sync.conference"),
        ]
        for name in ("start", "end", "call_in")
    },
    **{
        f"asterisk_sync:conference_{name}": [("POST", "change", "asterisk_sync.conference")]
        for name in ("lock", "unlock", "mute", "unmute", "put_out", "call_again")
    },
    "core:alarm_count": [("GET", "view", "core.alarm")],
    **{
        f"core:alarm_{name}": [("GET", "change", "core.alarm"), ("POST", "change", "core.alarm")]
        for name in ("acknowledge", "silence", "close")
    },
    **{f"core:webhook_{name}": [("POST", "change", "core.webhook")] for name in ("show", "test")},
    "core:webhook_renew": [("GET", "change", "core.webhook"), ("POST", "change", "core.webhook")],
    "core:webhookmessage_again": [("POST", "change", "core.webhookmessage")],
    "core:alarmsilence_end": [("POST", "change", "core.alarmsilence")],
    "billing:account_ledger": [("GET", "view", "billing.account")],
    "billing:account_topup": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:account_payment": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:account_adjust": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:account_reverse": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:account_lift": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:deck_upload": [("GET", "add", "billing.deck"), ("POST", "add", "billing.deck")],
    "billing:deck_progress": [("GET", "view", "billing.deck")],
    "billing:deck_answer": [("POST", "change", "billing.deck")],
    "billing:deck_columns": [("GET", "change", "billing.deck"), ("POST", "change", "billing.deck")],
    "billing:deck_rows": [("GET", "view", "billing.deck")],
    "billing:deck_read": [("POST", "change", "billing.deck")],
    "billing:deck_activate": [("GET", "change", "billing.deck"), ("POST", "change", "billing.deck")],
    "billing:deck_undo": [("GET", "change", "billing.deck"), ("POST", "change", "billing.deck")],
    "billing:rerating_start": [("GET", "add", "billing.rerating"), ("POST", "add", "billing.rerating")],
    "billing:rerating_progress": [("GET", "view", "billing.rerating")],
    "billing:rerating_compute": [("POST", "change", "billing.rerating")],
    "billing:rerating_approve": [("GET", "change", "billing.rerating"), ("POST", "change", "billing.rerating")],
    "billing:rerating_continue": [("POST", "change", "billing.rerating")],
    "billing:account_issue": [("GET", "change", "billing.account"), ("POST", "change", "billing.account")],
    "billing:statement_issue_all": [("GET", "add", "billing.statement"), ("POST", "add", "billing.statement")],
    "billing:statement_continue": [("POST", "change", "billing.statement")],
    "billing:statement_cancel": [("GET", "change", "billing.statement"), ("POST", "change", "billing.statement")],
    "billing:statement_mail": [("GET", "change", "billing.statement"), ("POST", "change", "billing.statement")],
    "billing:statement_mail_again": [("POST", "change", "billing.statement")],
    "billing:statement_document": [("GET", "view", "billing.statement")],
    "billing:rerating_cancel": [("GET", "change", "billing.rerating"), ("POST", "change", "billing.rerating")],
    "billing:account_statement": [("GET", "view", "billing.account")],
    "billing:account_statement_csv": [("GET", "view", "billing.account")],
    "core:job_progress": [("GET", "view", "core.job")],
    "core:job_cancel": [("POST", "change", "core.job")],
    "core:job_repeat": [("POST", "change", "core.job")],
    "core:job_file": [("GET", "view", "core.job")],
    "users:user_password": [("GET", "change", "users.user"), ("POST", "change", "users.user")],
    "users:user_shown": [("GET", "change", "users.user")],
    "users:user_enrolment": [("GET", "change", "users.user"), ("POST", "change", "users.user")],
    "users:user_second_factor": [("GET", "change", "users.user"), ("POST", "change", "users.user")],
    "users:audit": [("GET", "view", "auditlog.logentry")],
    "users:roles": [("GET", "change", "users.user"), ("POST", "change", "users.user")],
}
OBJECT_OF = {
    "reports:gateway_quality": "routing.gateway",
    "reports:extension_minutes": "customers.extension",
    "asterisk_sync:call_moment": "billing.cdr",
    "asterisk_sync:nodes_of_customer": "customers.customer",
    "asterisk_sync:nodes_of_gateway": "routing.gateway",
    "asterisk_sync:nodes_of_did": "numbering.did",
    "asterisk_sync:generation_restore": "asterisk_sync.generation",
    "asterisk_sync:generation_text": "asterisk_sync.generation",
    "asterisk_sync:node_compare": "asterisk_sync.node",
}
# Pages about the user who looks and its jobs, the search, which finds what the user may see, how an amount is read; how
# the user has a list and picks an object, of which tests/pages/test_list_layouts.py and test_picking.py try the roles.
PERSONAL = {
    "polled_part",
    "next_addresses",
    "users:settings",
    "users:second_factor_first",
    "search",
    "set_language",
    "decimal_reading",
    "core:job_indicator",
    "core:job_drawer",
    "list_layout",
    "list_view_create",
    "list_view_change",
    "pick",
}
LOG_IN_OF_THE_API = {"api/v1/auth/login", "api/v1/auth/login/"}
ANSWERS_STRANGERS = {"account_login", "account_inactive", "health_live", "health_ready"}


EVERYTHING = [(address.name, address.route) for address in addresses()]
PANEL = [
    (name, route) for name, route in EVERYTHING if not route.startswith(("api/", "admin/", "accounts/", "health/"))
]
ADMIN = [(name, route) for name, route in EVERYTHING if route.startswith("admin/") and "(?P" not in route]


def _rules(name: str) -> list[tuple[str, str, str]]:
    if name in OTHERS:
        return OTHERS[name]
    namespace, _colon, rest = name.partition(":")
    model, _underscore, suffix = rest.rpartition("_")
    return [(method, action, f"{namespace}.{model}") for method, action in SUFFIXES[suffix]]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def _plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer what is refused without the panel's frame: of thousands of refusals the status counts alone."""
    for handler, status in (("handler403", 403), ("handler404", 404)):
        monkeypatch.setattr(urls, handler, lambda *_request, status=status, **_exception: HttpResponse(status=status))


def _filled(route: str, key: Any) -> str:
    values = {"app_label": "customers", "model_name": "customer", "field": "secret", "name": "x", "written": "0190"}
    values["pk"] = str(key)
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: values.get(match[1], str(key)), route)


def _status(client: Client, method: str, path: str) -> int:
    with transaction.atomic():
        status = client.generic(method, path).status_code
        transaction.set_rollback(True)
    return status


def _client(world: World, role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.users[role])
    return client


def test_every_page_has_a_line_in_the_matrix() -> None:
    unknown = [name for name, _route in PANEL if name not in PERSONAL and not _has_rules(name)]
    assert unknown == []
    assert len(PANEL) > 60


def _has_rules(name: str) -> bool:
    return name in OTHERS or name.rpartition("_")[2] in SUFFIXES


@pytest.mark.usefixtures("_plain_refusals")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_the_pages_of_its_line_and_no_other(world: World, role: Role) -> None:
    client = _client(world, role)
    wrong = []
    for name, route in PANEL:
        for method, action, kind in [] if name in PERSONAL else _rules(name):
            about = OBJECT_OF.get(name, kind)
            key: Any = world.key_of(about, role) if about in world.own else ""
            key = world.own["customers.customer"].pk if "app_label" in route else key
            status = _status(client, method, _filled(route, key))
            # 404: an object that this role's rows do not hold, or a secret that this kind of object has not.
            against = {401, 403} if may(role, action, kind) else {200, 302}
            if status >= 500 or status in against:
                wrong.append((name, method, status))
    assert wrong == []


@pytest.mark.usefixtures("_plain_refusals")
def test_a_foreign_object_has_no_page_for_people_of_a_customer(world: World) -> None:
    client = _client(world, Role.CUSTOMER)
    wrong = []
    for name, route in PANEL:
        for method, action, kind in [] if name in PERSONAL else _rules(name):
            if "<uuid:" not in route or kind not in world.foreign:
                continue
            key = world.foreign["customers.customer" if "app_label" in route else kind].pk
            status = _status(client, method, _filled(route, key))
            if status != (404 if may(Role.CUSTOMER, action, kind) else 403):
                wrong.append((name, method, status))
    assert wrong == []


def test_lists_and_search_show_people_of_a_customer_nothing_foreign(world: World) -> None:
    client = _client(world, Role.CUSTOMER)
    foreign = world.foreign["customers.customer"]
    for name, route in PANEL:
        if name.endswith("_list") or name in {"reports:dashboard", "reports:dids", "search"}:
            text = client.get(f"/{route}", {"q": foreign.code, "search": foreign.code}).content.decode()
            for row in world.foreign.values():
                assert str(row.pk) not in text, name


@pytest.mark.usefixtures("_plain_refusals")
def test_a_stranger_sees_the_door_and_nothing_behind(world: World) -> None:
    stranger = Client(raise_request_exception=False)
    wrong = []
    for name, route in EVERYTHING:
        if route.startswith("api/") and "(" in route:
            continue
        for method in ("GET", "POST"):
            key = "1" if "(?P" in route else uuid.uuid4()
            status = _status(stranger, method, _filled(re.sub(r"\(\?P.*", "x/", route), key))
            answers = status not in {301, 302, 401, 403, 404, 405}
            if answers and name not in ANSWERS_STRANGERS and route not in LOG_IN_OF_THE_API:
                wrong.append((name, method, status))
    assert wrong == []


def test_a_stranger_is_led_to_the_log_in_from_every_page_and_nowhere_else(world: World) -> None:
    stranger = Client()
    for name, route in PANEL + ADMIN:
        answer = stranger.get(_filled(re.sub(r"<path:.*?>", "1", route), uuid.uuid4()), follow=True)
        if answer.redirect_chain:
            assert answer.request["PATH_INFO"] == "/accounts/login/", name


@pytest.mark.usefixtures("_plain_refusals")
def test_the_admin_is_for_administrators(world: World) -> None:
    """Each address is asked by one of the other roles in turn: the admin refuses before it looks for what is asked."""
    clients = cycle(_client(world, role) for role in Role if role != Role.ADMIN)
    for (name, route), method in product(ADMIN, ("GET", "POST")):
        path = _filled(re.sub(r"<path:.*?>", "1", route), uuid.uuid4())
        assert _status(next(clients), method, path) in {302, 403, 404}, name


def test_no_page_of_the_admin_fails(world: World) -> None:
    client = _client(world, Role.ADMIN)
    failed = []
    for name, route in ADMIN:
        _admin, _colon, rest = name.partition(":")
        app_model = rest.rpartition("_")[0]
        target = next((row for kind, row in world.own.items() if kind.replace(".", "_") == app_model), None)
        path = _filled(re.sub(r"<path:.*?>", str(getattr(target, "pk", 1)), route), 1)
        if rest.endswith(("changelist", "add", "change", "history", "delete")):
            status = _status(client, "GET", path)
            if status >= 500:
                failed.append((name, status))
    assert failed == []
