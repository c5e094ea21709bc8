import ipaddress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.text.addresses import canonical_network
from voipadmin.core.validators import validate_host, validate_network


@pytest.fixture
def no_exceptions(settings: Any) -> None:
    settings.ALLOWED_SPECIAL_NETWORKS = []


def refusal_of(validator: Any, value: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        validator(value)
    return refusal.value.messages[0]


@pytest.mark.parametrize("value", ["203.0.113.7/29", "203.0.113.1/255.255.255.248"])
def test_an_address_inside_a_network_gets_the_network_suggested(value: str) -> None:
    message = refusal_of(validate_network, value)
    assert "203.0.113.0/29" in message
    assert value.partition("/")[0] + " alone" in message


@pytest.mark.parametrize(
    "value", ["203.0.113", "203.0.113.256", "203.0.113.7/33", "203.0.113.07", "1.2.3.4:5060", "a.b"]
)
def test_what_is_no_network_is_refused(value: str) -> None:
    assert refusal_of(validate_network, value)


@pytest.mark.parametrize("value", ["203.0.0.0/15", "0.0.0.0/0", "::/0", "2001:db8::/64"])
def test_a_network_of_more_than_65536_addresses_is_refused(value: str) -> None:
    assert "65,536" in refusal_of(validate_network, value)


@pytest.mark.usefixtures("no_exceptions")
@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "0.1.2.3", "169.254.169.254", "fe80::1", "224.0.0.5",  # noqa: S104 - refused
        "255.255.255.255", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "100.100.100.200",
        "fd00:ec2::254", "240.0.0.1",
    ],
)  # fmt: skip
def test_addresses_that_lead_back_into_the_machine_are_refused_for_hosts_and_networks(value: str) -> None:
    assert "no customer or carrier is there" in refusal_of(validate_host, value)
    assert "no customer or carrier is there" in refusal_of(validate_network, value)


@pytest.mark.usefixtures("no_exceptions")
@pytest.mark.parametrize("value", ["100.100.100.0/24", "169.254.0.0/16", "0.0.0.0/16", "127.5.0.0/16"])
def test_networks_that_hold_such_addresses_are_refused(value: str) -> None:
    assert "no customer or carrier is there" in refusal_of(validate_network, value)


@pytest.mark.usefixtures("no_exceptions")
@pytest.mark.parametrize("value", ["localhost", "LOCALHOST.", "db.localhost", "localhost.localdomain"])
def test_names_of_the_machine_itself_are_refused(value: str) -> None:
    assert "no customer or carrier is there" in refusal_of(validate_host, value)


def test_a_setting_allows_a_special_network_and_nothing_beside_it(settings: Any) -> None:
    settings.ALLOWED_SPECIAL_NETWORKS = ["127.0.0.0/8"]
    validate_host("127.0.0.1")
    validate_network("127.4.0.0/16")
    assert refusal_of(validate_host, "169.254.169.254")
    assert refusal_of(validate_host, "::1")


@pytest.mark.parametrize(
    "value", ["127.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "1.2.3", "a..b", "-a.b", "a-.b", "x" * 64 + ".br", "."]
)
def test_what_only_a_resolver_reads_as_an_address_is_no_host(value: str) -> None:
    assert "neither an IP address nor a host name" in refusal_of(validate_host, value)


@pytest.mark.parametrize("value", ["sip.vivo.com.br", "sip.vivo.com.br.", "SBC-1", "200.200.200.200", "2804:14d::1"])
def test_hosts_are_taken(value: str) -> None:
    validate_host(value)


def test_a_name_with_foreign_letters_is_refused_by_the_letter() -> None:
    assert "ü (U+00FC" in refusal_of(validate_host, "münchen.example")


@given(st.ip_addresses())
def test_the_canonical_form_of_an_address_is_itself_however_it_is_written(address: Any) -> None:
    expected = str(address)
    for written in (address.exploded, f"{address}/{address.max_prefixlen}", address.compressed.upper()):
        assert canonical_network(written) == expected


@given(st.ip_addresses(v=4), st.integers(16, 31))
def test_the_suggested_network_holds_the_address(address: ipaddress.IPv4Address, length: int) -> None:
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    assert canonical_network(str(network)) == str(network)
    if network.network_address != address:
        assert str(network) in refusal_of(validate_network, f"{address}/{length}")
