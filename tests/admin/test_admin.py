"""The Django admin: every page opens for an administrator, writes go through the domain, secrets never come out."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asterisk_sync.models import OutboxEntry, Placement
from billing.models import BuyRate, CdrLayout, CreditHold, PastRating, SpoolPosition
from customers.models import Customer, CustomerType, Extension, TrunkAddress
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from numbering.services import allocate_did
from routing.models import Gateway, Route
from tests import factories
from tests.api.matrix import make_world
from voipadmin.users.models import RevokedToken, RolePolicy, User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
OURS = {"customers", "routing", "numbering", "users", "billing", "asterisk_sync"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]
SECRET = "carrier-secret-99"


@pytest.fixture
def client(client: Client) -> Client:
    user = factories.UserFactory.create(username="root", role=Role.ADMIN, is_staff=True, is_superuser=True)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    client.cookies["django_language"] = "en"
    return client


def address_of(name: str, instance: Any, *args: Any) -> str:
    meta = instance._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def one_of_each() -> dict[type, Any]:
    """Return an object of every model of the admin, with secrets where there are some."""
    own = make_world().own
    factories.GatewayFactory.create(authentication="registration", username="me", secret=SECRET)
    gateway, node = own["routing.gateway"], own["asterisk_sync.node"]
    for instance, secret in ((gateway, "secret"), (own["customers.extension"], "secret"), (node, "ami_secret")):
        setattr(instance, secret, SECRET)
        instance.save()
    made = [*own.values(), *_rows_without_pages(own)]
    return {type(instance): instance for instance in made}


def _rows_without_pages(own: dict[str, Any]) -> list[Any]:
    now, node, call = timezone.now(), own["asterisk_sync.node"], own["billing.cdr"]
    account, deck = own["billing.account"], own["billing.deck"]
    return [
        BuyRate.objects.create(provider=deck.provider, deck=deck, pattern="55", price_per_minute=1, effective_from=now),
        CreditHold.objects.create(
            account=account, node_name="pbx1", uniqueid="1.1", number="55", amount=1, granted_seconds=60, expires_at=now
        ),
        OutboxEntry.objects.create(
            node=node, generation=1, object_label="routing.gateway", object_id="1", object_name="GW", action="changed"
        ),
        PastRating.objects.create(cdr_id=call.pk, version=1, rerating=own["billing.rerating"], replaced_at=now),
        Placement.objects.create(node=node, customer=own["customers.customer"]),
        RevokedToken.objects.create(user=own["users.user"], expires_at=now),
        RolePolicy.objects.create(role=Role.FINANCE, second_factor_required=True),
        SpoolPosition.objects.create(node_name="pbx1", path="voipadmin.csv", inode=1, device=1),
        CdrLayout.objects.create(headings_hash="a" * 64, headings=["start"], columns={"start": 0}),
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_search_and_object_open_and_hold_no_secret(client: Client, model: Any) -> None:
    objects = one_of_each()
    assert model in objects, f"Nothing here makes a {model.__name__}: add a Kind to KINDS in tests/entities.py."
    pages = [client.get(address_of("changelist", model)), client.get(address_of("changelist", model), {"q": "1001"})]
    pages.append(client.get(address_of("change", model, objects[model].pk)))
    for page in pages:
        text = text_of(page)
        assert SECRET not in text
        assert "$argon2id$" not in text


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_gets_in(client: Client, role: Role) -> None:
    client.force_login(factories.UserFactory.create(role=role), backend="voipadmin.users.backends.RoleBackend")
    assert client.get(address_of("changelist", Customer)).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 302


def post(client: Client, address: str, **data: Any) -> str:
    response = client.post(address, data, follow=True)
    return text_of(response)


def rows(prefix: str, *entries: dict[str, Any], stored: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(entries), f"{prefix}-INITIAL_FORMS": stored}
    for position, entry in enumerate(entries):
        data |= {f"{prefix}-{position}-{name}": value for name, value in entry.items()}
    return data


def gateway_data(gateway: Gateway, **changes: Any) -> dict[str, Any]:
    names = (
        "name", "host", "port", "transport", "codecs", "authentication", "username", "tech_prefix", "strip_digits",
        "prepend", "sent_format", "carrier_code", "number_format", "caller_id_rule", "caller_id_number",
        "channel_limit",
    )  # fmt: skip
    data = {name: getattr(gateway, name) for name in names} | {"provider": gateway.provider_id, "secret": ""}
    return data | {"enabled": "on", "qualify": "on"} | changes


def test_an_empty_secret_keeps_the_stored_one_and_a_new_one_replaces_it(client: Client) -> None:
    gateway = factories.GatewayFactory.create(authentication="registration", username="me", secret=SECRET)
    address = address_of("change", gateway, gateway.pk)
    post(client, address, **gateway_data(gateway, channel_limit=77))
    stored = Gateway.objects.get()
    assert (stored.channel_limit, stored.secret) == (77, SECRET)
    post(client, address, **gateway_data(gateway, secret="another-secret-1"))
    assert Gateway.objects.get().secret == "another-secret-1"


def test_a_refused_character_is_named_beside_its_field(client: Client) -> None:
    gateway = factories.GatewayFactory.create()
    text = post(client, address_of("change", gateway, gateway.pk), **gateway_data(gateway, host="a;b"))
    assert "semicolon (;) at position 2 is not allowed" in text
    assert Gateway.objects.get().host == gateway.host


def test_a_route_is_saved_with_its_gateways_or_not_at_all(client: Client) -> None:
    first, second = factories.GatewayFactory.create(), factories.GatewayFactory.create()
    data = {
        "name": "Nacional", "pattern": "_0ZZ.", "priority": 5, "selection": "order", "strip_digits": 0, "prepend": "",
        "caller_id_number": "", "ring_seconds": 30, "enabled": "on",
    }  # fmt: skip
    text = post(client, address_of("add", Route), **data, **rows("steps"))
    assert "needs at least one gateway" in text
    assert not Route.objects.exists()
    steps = rows(
        "steps",
        {"position": 2, "gateway": first.pk, "weight": 10},
        {"position": 1, "gateway": second.pk, "weight": 20},
    )
    post(client, address_of("add", Route), **data, **steps)
    route = Route.objects.get()
    assert [step.gateway for step in route.steps.all()] == [second, first]


def test_an_overlapping_address_is_refused(client: Client) -> None:
    factories.TrunkAddressFactory.create(network="203.0.113.0/29", receives_calls=False)
    customer = factories.CustomerFactory.create()
    data = {"customer": customer.pk, "network": "203.0.113.7", "port": 5060, "transport": "udp", "priority": 1}
    text = post(client, address_of("add", TrunkAddress), **data)
    assert "already that of a customer" in text
    assert TrunkAddress.objects.count() == 1


def test_an_allocation_is_made_by_the_service(client: Client) -> None:
    did, customer = factories.DIDFactory.create(), factories.CustomerFactory.create()
    data = {"did": did.pk, "customer": customer.pk, "destination_type": DestinationType.TRUNK, "forward_to": ""}
    post(client, address_of("add", DIDAllocation), **data)
    did.refresh_from_db()
    assert did.status == DIDStatus.ALLOCATED
    other = {**data, "customer": factories.CustomerFactory.create().pk}
    assert "already allocated" in post(client, address_of("add", DIDAllocation), **other)
    assert DIDAllocation.objects.count() == 1


def test_actions_on_numbers_say_what_went_through_and_what_did_not(client: Client) -> None:
    free, taken = factories.DIDFactory.create(), factories.DIDFactory.create()
    allocate_did(did=taken, customer=factories.CustomerFactory.create(), destination_type=DestinationType.TRUNK)
    chosen = {"action": "block", "_selected_action": [str(free.pk), str(taken.pk)]}
    text = post(client, address_of("changelist", DID), **chosen)
    assert "1 numbers are blocked" in text
    assert f"{taken.number} is allocated. Release it first." in text
    assert {DID.objects.get(pk=free.pk).status, DID.objects.get(pk=taken.pk).status} == {"blocked", "allocated"}


def test_what_is_in_use_is_not_deleted(client: Client) -> None:
    gateway = factories.GatewayFactory.create()
    factories.RouteFactory.create(gateways=[gateway])
    post(client, address_of("delete", gateway, gateway.pk), post="yes")
    assert Gateway.objects.filter(pk=gateway.pk).exists()


def test_an_extension_is_made_with_a_generated_secret_and_given_a_new_one(client: Client) -> None:
    customer = factories.CustomerFactory.create(type=CustomerType.EXTENSION)
    data = {
        "customer": customer.pk,
        "number": "1001",
        "secret": "",
        "codecs": "alaw",
        "max_contacts": 1,
        "enabled": "on",
    }
    post(client, address_of("add", Extension), **data)
    extension = Extension.objects.get()
    assert len(extension.secret) == 32
    post(client, address_of("changelist", Extension), action="rotate_secrets", _selected_action=str(extension.pk))
    assert Extension.objects.get().secret != extension.secret


def test_a_users_role_decides_on_the_admin_and_the_last_administrator_stays(client: Client) -> None:
    data = {"username": "ana", "role": "admin", "usable_password": "true"}
    post(client, address_of("add", User), **data, password1="a-long-password-1", password2="a-long-password-1")
    ana = User.objects.get(username="ana")
    assert (ana.is_staff, ana.is_superuser) == (True, True)
    User.objects.get(username="root")
    change = {"username": "ana", "role": "viewer", "is_active": "on", "first_name": "", "last_name": "", "email": ""}
    post(client, address_of("change", ana, ana.pk), **change)
    ana.refresh_from_db()
    assert (ana.is_staff, ana.is_superuser) == (False, False)
    root = User.objects.get(username="root")
    text = post(client, address_of("change", root, root.pk), **{**change, "username": "root"})
    assert "last active administrator" in text
    root.refresh_from_db()
    assert root.role == Role.ADMIN
