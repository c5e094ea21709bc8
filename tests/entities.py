"""Every kind of object, written down once more by hand: who may do what, where the API has it, and how to make one.

The tests compare the product with this, not with itself. A new entity gets a line in MAY, one in API and one in KINDS.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from asterisk_sync.conferences.services import save_conference
from asterisk_sync.models import Conference, ConferenceParticipant
from billing.models import HolidayCalendar, RatePlan, TimeWindow
from customers.models import CustomerType
from reports.models import ReportSchedule
from reports.schedules.services import save_schedule
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory, RouteFactory
from tests.factories.users import UserFactory
from voipadmin.core.models import AlarmReceiver, DialingRule, PlanRange, ServiceCode, Webhook
from voipadmin.core.webhooks.signing import new_secret
from voipadmin.users.roles import Role

VIEW = {"view"}
ALL = {"view", "add", "change", "delete"}
STAFF = (Role.OPERATOR, Role.FINANCE, Role.VIEWER)

# What each role may do to each kind of object; the administrator may do everything.
MAY: dict[str, dict[str, set[str]]] = {
    "auditlog.logentry": {},
    "customers.customer": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "customers.trunkaddress": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "customers.extension": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "routing.provider": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "routing.gateway": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "routing.route": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "numbering.did": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "numbering.didallocation": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "core.dialingrule": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "core.servicecode": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "core.planrange": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "core.job": dict.fromkeys((*STAFF, Role.CUSTOMER), VIEW | {"change"}),
    "core.alarm": {Role.OPERATOR: VIEW | {"change"}, Role.FINANCE: VIEW | {"change"}, Role.VIEWER: VIEW},
    "core.alarmsilence": {Role.OPERATOR: VIEW | {"change"}, Role.FINANCE: VIEW | {"change"}, Role.VIEWER: VIEW},
    "core.installation": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW | {"change"}, Role.VIEWER: VIEW},
    "core.alarmreceiver": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "core.webhook": {},
    "core.webhookmessage": {},
    "billing.tariff": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.rateplan": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.timewindow": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.holidaycalendar": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.refusedcall": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.account": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.statement": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.deck": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.rerating": {Role.OPERATOR: VIEW, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "billing.cdr": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "billing.rejectedrecord": {Role.OPERATOR: VIEW | {"change"}, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "asterisk_sync.node": {Role.OPERATOR: VIEW | {"sync"}, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.generation": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.syncrun": {Role.OPERATOR: VIEW, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.driftfinding": {Role.OPERATOR: VIEW | {"sync"}, Role.FINANCE: VIEW, Role.VIEWER: VIEW},
    "asterisk_sync.call": {
        Role.OPERATOR: {"view", "end"},
        Role.FINANCE: VIEW,
        Role.VIEWER: VIEW,
        Role.CUSTOMER: VIEW,
    },
    "asterisk_sync.conference": {Role.OPERATOR: ALL, Role.FINANCE: VIEW, Role.VIEWER: VIEW, Role.CUSTOMER: VIEW},
    "asterisk_sync.conferencesession": {
        Role.OPERATOR: VIEW,
        Role.FINANCE: VIEW,
        Role.VIEWER: VIEW,
        Role.CUSTOMER: VIEW,
    },
    "reports.dashboard": dict.fromkeys((*STAFF, Role.CUSTOMER), VIEW),
    "reports.margin": dict.fromkeys(STAFF, VIEW),
    "reports.quality": dict.fromkeys(STAFF, VIEW),
    "reports.reportschedule": {Role.OPERATOR: ALL, Role.FINANCE: ALL, Role.VIEWER: VIEW},
    "users.user": {},
}

# The kind of object that each part of the API is about, by the first part of its address.
API = {
    "audit": "auditlog.logentry",
    "customers": "customers.customer",
    "trunk-addresses": "customers.trunkaddress",
    "extensions": "customers.extension",
    "providers": "routing.provider",
    "gateways": "routing.gateway",
    "routes": "routing.route",
    "dids": "numbering.did",
    "dialling-rules": "core.dialingrule",
    "service-codes": "core.servicecode",
    "number-ranges": "core.planrange",
    "jobs": "core.job",
    "tariffs": "billing.tariff",
    "rate-plans": "billing.rateplan",
    "time-windows": "billing.timewindow",
    "holiday-calendars": "billing.holidaycalendar",
    "decks": "billing.deck",
    "accounts": "billing.account",
    "statements": "billing.statement",
    "reratings": "billing.rerating",
    "refused-calls": "billing.refusedcall",
    "nodes": "asterisk_sync.node",
    "generations": "asterisk_sync.generation",
    "drift": "asterisk_sync.driftfinding",
    "simulations": "routing.route",
    "conference": "asterisk_sync.conference",
    "live": "asterisk_sync.call",
    "reports": "billing.cdr",
    "report-schedules": "reports.reportschedule",
    "dashboard": "reports.dashboard",
    "alarms": "core.alarm",
    "silences": "core.alarmsilence",
    "alarm-receivers": "core.alarmreceiver",
    "webhooks": "core.webhook",
    "webhook-messages": "core.webhookmessage",
}
# The kind of object that a field of a body refers to.
REFERENCES = {
    "customer_id": "customers.customer",
    "customers": "customers.customer",
    "extension_id": "customers.extension",
    "provider_id": "routing.provider",
    "gateway_id": "routing.gateway",
    "plan_id": "billing.rateplan",
    "window_id": "billing.timewindow",
    "calendar_id": "billing.holidaycalendar",
    "account_id": "billing.account",
    "entry_id": "billing.ledgerentry",
    "node_id": "asterisk_sync.node",
    "nodes": "asterisk_sync.node",
    "generation_id": "asterisk_sync.generation",
    "dial_in_id": "numbering.did",
    "leg_id": "asterisk_sync.conferenceleg",
}

ROWS = {"rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0", "rows-MIN_NUM_FORMS": "0", "rows-MAX_NUM_FORMS": "1000"}


@dataclass(frozen=True)
class Kind:
    """A kind of object with a form: `answers()` are valid for it, `bad` is a value that it refuses, and `says` why."""

    name: str
    make: Callable[..., Any]
    answers: Callable[[], dict[str, Any]]
    bad: dict[str, str] = field(default_factory=dict)
    says: str = ""

    def __str__(self) -> str:
        return self.name


def _customer() -> dict[str, Any]:
    return {
        "code": "ACME", "name": "Acme Ltda.", "type": "extension", "status": "active", "channel_limit": 5,
        "calls_per_second": 2, **ROWS,
    }  # fmt: skip


def _extension() -> dict[str, Any]:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    return {"customer": customer.pk, "number": "1001", "enabled": "on", "codecs": "alaw,ulaw", "max_contacts": 1}


def _provider() -> dict[str, Any]:
    return {"name": "Carrier One", "type": "both", "cost_per_minute": "0.05", "currency": "BRL"}


def _gateway() -> dict[str, Any]:
    return {
        "name": "GW_Vivo_SP", "provider": ProviderFactory.create().pk, "host": "198.51.100.9", "port": 5060,
        "transport": "udp", "enabled": "on", "authentication": "ip", "codecs": "alaw", "strip_digits": 0,
        "number_format": "automatic", "sent_format": "as_dialled",
        "caller_id_rule": "keep", "channel_limit": 30,
    }  # fmt: skip


def _route() -> dict[str, Any]:
    return {
        "name": "Mobile", "pattern": "_0ZZ9XXXXXXXX", "priority": 10, "enabled": "on", "strip_digits": 0,
        "selection": "order", "ring_seconds": 60, **ROWS, "rows-TOTAL_FORMS": "1",
        "rows-0-gateway": GatewayFactory.create().pk, "rows-0-position": 1, "rows-0-weight": 100,
    }  # fmt: skip


def _did() -> dict[str, Any]:
    return {"number": "551140001000", "provider": ProviderFactory.create().pk, "monthly_cost": "1.90"}


def _tariff() -> dict[str, Any]:
    return {
        "pattern": "5511", "is_for": "number", "name": "São Paulo",
        "price_per_minute": "0.08", "cost_per_minute": "0.03",
        "currency": "BRL", "initial_block_seconds": 30, "increment_seconds": 6, "free_seconds": 3,
        "connect_fee": 0, "minimum_charge": 0, "rounding": "half_up", "decimals": 4,
        "effective_from": "2026-01-01T00:00:00",
    }  # fmt: skip


def _rate_plan() -> dict[str, Any]:
    return {"name": "Wholesale", "currency": "BRL", "falls_back": "on"}


def _make_plan() -> RatePlan:
    return RatePlan.objects.create(name="Retail")


def _time_window() -> dict[str, Any]:
    return {"name": "Night", "days": ["1", "5"], "starts_at": "22:00", "ends_at": "06:00", "on_holidays": "weekday"}


def _make_window() -> TimeWindow:
    return TimeWindow.objects.create(name="Evening", starts_at=time(18), ends_at=time(22))


def _calendar() -> dict[str, Any]:
    return {"name": "Brazil", **ROWS, "rows-TOTAL_FORMS": "1", "rows-0-day": "2026-12-25", "rows-0-name": "Natal"}


def _make_calendar() -> HolidayCalendar:
    calendar = HolidayCalendar.objects.create(name="São Paulo")
    calendar.days.create(day=date(2026, 1, 25), name="Aniversário")
    return calendar


def _dialling_rule() -> dict[str, Any]:
    return {"pattern": "_9X.", "name": "Outside line", "enabled": "on", "strip_digits": 1, "read_as": "national"}


def _make_rule() -> DialingRule:
    return DialingRule.objects.create(pattern="_8X.", name="Outside line", strip_digits=1)


def _service_code() -> dict[str, Any]:
    return {"pattern": "_15XX", "name": "City services", "kind": "service", "valid_from": "2027-01-01"}


def _make_code() -> ServiceCode:
    return ServiceCode.objects.create(pattern="1000", name="City services")


def _plan_range() -> dict[str, Any]:
    return {"pattern": "_118XXXXXXXX", "name": "New numbers", "kind": "voip"}


def _make_range() -> PlanRange:
    return PlanRange.objects.create(pattern="_218XXXXXXXX", name="New numbers")


def _node() -> dict[str, Any]:
    return {
        "name": "pbx-sp", "host": "203.0.113.250", "enabled": "on", "mode": "direct", "on_drift": "mend",
        "ami_host": "127.0.0.1", "ami_port": 5038, "ami_username": "voipadmin", "ami_secret": "s" * 32,
        "config_path": "/nonexistent/etc", "spool_path": "/nonexistent/outgoing",
        "cdr_path": "/nonexistent/voipadmin.csv", "originate_username": "voipadmin-originate",
    }  # fmt: skip


def _conference() -> dict[str, Any]:
    return {
        "customer": CustomerFactory.create().pk, "name": "Board", "ring_seconds": 45, "longest_minutes": 120,
        "repeats": "never", "remind_minutes": 0, **ROWS, "rows-TOTAL_FORMS": "1", "rows-0-name": "Ana",
        "rows-0-number": "011987654321",
    }  # fmt: skip


def make_conference(**fields: Any) -> Conference:
    """Save a conference with one participant."""
    conference = Conference(**({"customer": CustomerFactory.create(), "name": "Board"} | fields))
    return save_conference(conference=conference, participants=[ConferenceParticipant(number="+5511987654321")])


def _schedule() -> dict[str, Any]:
    return {
        "name": "Calls of a customer", "report": "calls", "customer": CustomerFactory.create().pk, "cadence": "daily",
        "weekday": 1, "month_day": 1, "at": "07:00", "form": "csv", "language": "pt-br",
        "recipients": "ana@customer.example", "is_enabled": "on",
    }  # fmt: skip


def _make_schedule() -> ReportSchedule:
    schedule = ReportSchedule(
        name="DIDs", report="dids", customer=CustomerFactory.create(), recipients=["ana@customer.example"]
    )
    return save_schedule(schedule=schedule, user=UserFactory.create(role=Role.FINANCE))


def _receiver() -> dict[str, Any]:
    return {"name": "NOC", "email": "noc@example.com", "language": "en", "enabled": "on", "kinds": ["database_away"]}


def _make_receiver() -> AlarmReceiver:
    return AlarmReceiver.objects.create(name="Plantão", email="plantao@example.com")


def _webhook() -> dict[str, Any]:
    return {"name": "On call", "url": "https://8.8.8.8/alarms", "language": "en", "enabled": "on"}


def make_webhook(**fields: Any) -> Webhook:
    """Save a webhook past the check of its address."""
    values = {"name": "Pager", "url": "https://203.0.113.9/alarms", "language": "en", "secret": new_secret()}
    return Webhook.objects.create(**(values | fields))


def _user() -> dict[str, Any]:
    return {
        "username": "maria",
        "first_name": "Maria",
        "email": "maria@example.com",
        "role": "viewer",
        "is_active": "on",
    }


KINDS = {
    "customers:customer": Kind("customers:customer", CustomerFactory.create, _customer, {"code": "AC;ME"}, "semicolon"),
    "customers:extension": Kind(
        "customers:extension", ExtensionFactory.create, _extension, {"caller_id_name": "Ana ${EXTEN}"}, "dollar sign"
    ),
    "routing:provider": Kind(
        "routing:provider", ProviderFactory, _provider, {"name": "Evil [provider]"}, "square bracket"
    ),
    "routing:gateway": Kind("routing:gateway", GatewayFactory.create, _gateway, {"name": "GW Vivo"}, "position 3"),
    "routing:route": Kind("routing:route", RouteFactory.create, _route, {"pattern": "_0ZZ;9"}, "semicolon"),
    "numbering:did": Kind("numbering:did", DIDFactory.create, _did, {"number": "+5511"}, "E.164"),
    "core:dialingrule": Kind("core:dialingrule", _make_rule, _dialling_rule, {"pattern": "_9X;"}, "semicolon"),
    "core:servicecode": Kind("core:servicecode", _make_code, _service_code, {"pattern": "_0800."}, "one length"),
    "core:planrange": Kind("core:planrange", _make_range, _plan_range, {"pattern": "_11!"}, "one length"),
    "billing:tariff": Kind("billing:tariff", TariffFactory.create, _tariff, {"pattern": "55;11"}, "semicolon"),
    "billing:rateplan": Kind("billing:rateplan", _make_plan, _rate_plan, {"name": "Re;tail"}, "semicolon"),
    "billing:timewindow": Kind("billing:timewindow", _make_window, _time_window, {"on_holidays": "only"}, "calendar"),
    "billing:holidaycalendar": Kind(
        "billing:holidaycalendar", _make_calendar, _calendar, {"name": "Bra;zil"}, "semicolon"
    ),
    "asterisk_sync:node": Kind("asterisk_sync:node", NodeFactory.create, _node, {"name": 'p"bx'}, "double quote"),
    "asterisk_sync:conference": Kind(
        "asterisk_sync:conference", make_conference, _conference, {"caller_id_number": "55;11"}, "semicolon"
    ),
    "reports:reportschedule": Kind(
        "reports:reportschedule", _make_schedule, _schedule, {"recipients": "ana"}, "valid email"
    ),
    "core:alarmreceiver": Kind("core:alarmreceiver", _make_receiver, _receiver, {"email": "noc"}, "valid email"),
    "core:webhook": Kind("core:webhook", make_webhook, _webhook, {"url": "ftp://example.com"}, "such as https"),
    "users:user": Kind("users:user", UserFactory.create, _user, {"username": "maria silva"}, "not allowed"),
}
