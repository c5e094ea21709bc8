from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from routing.models import Authentication, CallerIdRule, Gateway, SentFormat
from tests.factories import GatewayFactory, ProviderFactory
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object, save_object

pytestmark = pytest.mark.django_db


def errors_of(**values: Any) -> dict[str, list[str]]:
    gateway = GatewayFactory.build(provider=ProviderFactory.create(), **values)
    with pytest.raises(ValidationError) as refusal:
        save_object(gateway)
    assert not Gateway.objects.exists()
    return refusal.value.message_dict


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "GW Vivo"),
        ("name", "GW;Vivo"),
        ("name", "GW[Vivo]"),
        ("name", "anonymous"),
        ("name", "gen-0001"),
        ("name", "u0123456789abcde"),
        ("name", "G" * 61),
        ("name", "GW_Vіvo"),
        ("host", "vivo;exec"),
        ("host", "vivo.com\nmatch=0.0.0.0"),
        ("host", "localhost"),
        ("port", 0),
        ("port", 65_536),
        ("transport", "sctp"),
        ("codecs", "alaw,h264"),
        ("username", 'user"x'),
        ("secret", "secret;with"),
        ("tech_prefix", "12${x}"),
        ("tech_prefix", "1+2"),
        ("prepend", "5a"),
        ("strip_digits", 16),
        ("caller_id_number", "0800"),
        ("channel_limit", 0),
    ],
)
def test_a_value_outside_its_grammar_is_refused_at_its_field(field: str, value: Any) -> None:
    assert list(errors_of(**{field: value})) == [field]


def test_two_gateways_have_two_names_whatever_their_case() -> None:
    GatewayFactory.create(name="GW_Vivo_SP")
    with pytest.raises(ValidationError, match="This name is taken"):
        save_object(GatewayFactory.build(name="gw_vivo_sp", provider=ProviderFactory.create()))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": "a b"}, "gateway_name_is_an_id"),
        ({"name": "Anonymous"}, "gateway_name_is_an_id"),
        ({"name": "u0123456789abcde"}, "gateway_name_is_an_id"),
        ({"host": "a;b"}, "gateway_fits_asterisk"),
        ({"codecs": ""}, "gateway_fits_asterisk"),
        ({"prepend": "${X}"}, "gateway_fits_asterisk"),
        ({"tech_prefix": "a"}, "gateway_fits_asterisk"),
        ({"authentication": "registration"}, "gateway_registers_with_credentials"),
        ({"caller_id_rule": "fixed"}, "gateway_fixed_caller_id_is_given"),
        ({"sent_format": "carrier"}, "gateway_carrier_code_is_given"),
        ({"carrier_code": "2"}, "gateway_carrier_code_is_given"),
        ({"sent_format": "any"}, "gateway_choices_known"),
        ({"transport": "ws"}, "gateway_choices_known"),
        ({"port": 0}, "gateway_port_in_range"),
        ({"channel_limit": 0}, "gateway_channel_limit_positive"),
    ],
)
def test_the_database_refuses_what_no_form_saw(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        GatewayFactory.create(**values)


@pytest.mark.slow(seconds=0.3)
def test_registration_needs_a_user_name_and_a_secret() -> None:
    assert list(errors_of(authentication=Authentication.REGISTRATION, username="me")) == ["username"]
    save_object(
        GatewayFactory.build(
            provider=ProviderFactory.create(),
            authentication=Authentication.REGISTRATION,
            username="me",
            secret="carrier-secret",
        )
    )


def test_a_fixed_caller_id_needs_its_number() -> None:
    assert list(errors_of(caller_id_rule=CallerIdRule.FIXED)) == ["caller_id_number"]


@pytest.mark.slow(seconds=0.3)
def test_a_number_with_the_carriers_code_needs_that_code() -> None:
    assert list(errors_of(sent_format=SentFormat.NATIONAL_CARRIER)) == ["carrier_code"]
    assert list(errors_of(sent_format=SentFormat.NATIONAL_CARRIER, carrier_code="2a")) == ["carrier_code"]
    chosen = {"sent_format": SentFormat.NATIONAL_CARRIER, "carrier_code": "21"}
    save_object(GatewayFactory.build(provider=ProviderFactory.create(), **chosen))


def test_a_gateway_stays_with_its_provider() -> None:
    gateway = GatewayFactory.create()
    gateway.provider = ProviderFactory.create()
    with pytest.raises(ValidationError) as refusal:
        save_object(gateway)
    assert list(refusal.value.message_dict) == ["provider"]


def test_a_provider_with_gateways_cannot_be_deleted_and_the_error_names_them() -> None:
    gateway = GatewayFactory.create()
    with pytest.raises(InUse, match=gateway.name):
        delete_object(gateway.provider)


def test_a_carriers_secret_is_in_no_changelog() -> None:
    gateway = GatewayFactory.create(authentication="registration", username="me", secret="carrier-secret-1")
    gateway.secret = "carrier-secret-2"
    save_object(gateway)
    told = [entry.changes for entry in LogEntry.objects.get_for_object(gateway)]
    assert "carrier-secret" not in str(told)
    assert told[0] == {"secret": ["•••••", "•••••"]}
