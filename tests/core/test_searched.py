"""What is typed into the search: words, digits of a number, or the beginning of an address."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core.text.searched import read_search


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        ("200.1", "200.1.0.0/16"),
        ("200.1.", "200.1.0.0/16"),
        ("200.", "200.0.0.0/8"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.7/29", "203.0.113.0/29"),
        ("2001:db8", "2001:db8::/32"),
        ("2001:db8::7", "2001:db8::7/128"),
    ],
)
def test_the_beginning_of_an_address_names_all_that_begin_so_and_no_number(typed: str, network: str) -> None:
    searched = read_search(typed)
    assert searched.network == ipaddress.ip_network(network)
    assert searched.digits == ""


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+55 (11) 4000-9901", "551140009901"),
        ("11.4000.1000", "1140001000"),
        ("94000.9901", "940009901"),
        ("200.300", "200300"),
        ("010.1", "0101"),
        ("1.2.3.4.5", "12345"),
        ("200", "200"),
    ],
)
def test_a_number_is_a_number_however_it_is_written(typed: str, digits: str) -> None:
    searched = read_search(typed)
    assert (searched.digits, searched.network) == (digits, None)


@pytest.mark.parametrize("typed", ["", "  ", "\0\n", "acme", "A 100", "\u0661\u0662\u0663", "1" * 41, "::", "1::2::3"])
def test_what_is_neither_is_words(typed: str) -> None:
    searched = read_search(typed)
    assert (searched.digits, searched.network) == ("", None)


@given(octets=st.lists(st.integers(0, 255), min_size=1, max_size=4), end=st.sampled_from(["", "."]))
def test_every_address_that_begins_so_is_found_and_no_other(octets: list[int], end: str) -> None:
    typed = ".".join(map(str, octets)) + (end or ("." if len(octets) == 1 else ""))
    network = read_search(typed).network
    assert network is not None
    begin = ".".join(map(str, octets)) + ("." if len(octets) < 4 else "")
    for address in (network[0], network[-1]):
        assert f"{address}".startswith(begin)
    assert network.num_addresses == 256 ** (4 - len(octets))


@given(st.text(max_size=120))
def test_whatever_is_typed_is_read(typed: str) -> None:
    searched = read_search(typed)
    assert searched.text.isprintable()
    assert not (searched.digits and searched.network)
