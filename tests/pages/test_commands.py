"""Commands in the search bar: how they are read, what they lead to, and that they do nothing by themselves."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Account
from customers.models import CustomerType
from numbering.models import DID, DIDAllocation, DIDStatus
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.pages.conftest import AsRole
from voipadmin.core.tables.links import page_of
from voipadmin.search.grammar import WORDS, Command, Verb, parse_command
from voipadmin.users.roles import Role

NUMBER = "551140001000"


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("alocar 551140001000 a PADARIA", Command(Verb.ALLOCATE, NUMBER, "PADARIA")),
        ("Aloque (11) 4000-1000 para Padaria São João", Command(Verb.ALLOCATE, "(11) 4000-1000", "Padaria São João")),
        (
            "allocate +55 11 4000 1000 to ACME extension 1001",
            Command(Verb.ALLOCATE, "+55 11 4000 1000", "ACME", "extension", "1001"),
        ),
        ("alocar 551140001000 a ACME tronco", Command(Verb.ALLOCATE, NUMBER, "ACME", "trunk")),
        ("alocar 551140001000 a Tronco Ltda", Command(Verb.ALLOCATE, NUMBER, "Tronco Ltda")),
        ("alocar 5511", Command(Verb.ALLOCATE, "5511")),
        ("LIBERAR 551140001000", Command(Verb.RELEASE, NUMBER)),
        ("bloqueie 551140001000", Command(Verb.BLOCK, NUMBER)),
        ("unblock 551140001000", Command(Verb.UNBLOCK, NUMBER)),
        ("encaminhar 551140001000 para ramal 1001", Command(Verb.SEND, NUMBER, "", "extension", "1001")),
        ("send 551140001000 to number +351210000000", Command(Verb.SEND, NUMBER, "", "forward", "+351210000000")),
        ("simular 190 de PADARIA/1001", Command(Verb.SIMULATE, "190", "PADARIA/1001")),
        ("ligações 551140001000", Command(Verb.CALLS, NUMBER)),
        ("calls of ACME", Command(Verb.CALLS, party="ACME")),
        ("recarregar PADARIA 100,00", Command(Verb.TOP_UP, party="PADARIA", amount="100,00")),
        ("top up R$ 1.000,50 para ACME", Command(Verb.TOP_UP, party="ACME", amount="1.000,50")),
        ("suspender PADARIA", Command(Verb.SUSPEND, party="PADARIA")),
        ("reativar a Padaria Estrela", Command(Verb.RESUME, party="Padaria Estrela")),
        ("recarga 1001", Command(Verb.TOP_UP, party="1001")),
        ("alocar", None),
        ("alocar PADARIA", None),
        ("block ltda", None),
        ("PADARIA 551140001000", None),
        ("", None),
    ],
)
def test_a_command_is_read_in_both_languages(typed: str, command: Command | None) -> None:
    assert parse_command(typed) == command


NAMES = st.from_regex(r"[A-Za-z]{1,8}[A-Z0-9_-]{2,20}", fullmatch=True).filter(
    lambda name: (
        name.casefold() not in {"ramal", "extension", "tronco", "trunk", "desvio", "forward", "numero", "number"}
    )
)


@given(
    word=st.sampled_from([word for verb in (Verb.ALLOCATE, Verb.SIMULATE) for word in WORDS[verb]]),
    number=st.from_regex(r"\+?[1-9][0-9]{2,14}", fullmatch=True),
    link=st.sampled_from(["a", "ao", "para", "to", "de", "from"]),
    party=NAMES,
    upper=st.booleans(),
)
@pytest.mark.slow(seconds=0.3)
def test_every_number_and_customer_is_read_as_it_was_written(
    word: str, number: str, link: str, party: str, upper: bool
) -> None:
    command = parse_command(f"{word.upper() if upper else word} {number}  {link} {party}")
    assert command is not None
    assert (command.number, command.party) == (number, party)


@given(st.text(max_size=100))
def test_whatever_is_typed_is_a_command_or_none(typed: str) -> None:
    command = parse_command(typed)
    assert command is None or command.number or command.party or command.amount


@given(st.sampled_from(sorted(word for words in WORDS.values() for word in words)), st.text(max_size=60))
def test_a_command_is_never_of_another_verb_than_its_own(word: str, rest: str) -> None:
    command = parse_command(f"{word} {rest}")
    assert command is None or word in WORDS[command.verb]


def commands(client: Client, text: str) -> list[tuple[str, str]]:
    """Return the addresses and labels of the commands that a text could mean."""
    answer = client.get(reverse("search"), {"q": text}, headers={"HX-Request": "true"}).content.decode()
    found = re.search(r'aria-label="Commands">(.*?)(?:<div class="search-kind"|$)', answer, re.DOTALL)
    links = re.findall(r'href="([^"]+)">.*?<span>(.*?)</span>', found[1], re.DOTALL) if found else []
    return [(url.replace("&amp;", "&"), label) for url, label in links]


def answers(url: str) -> dict[str, Any]:
    """Return what an address fills in."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.django_db
def test_to_allocate_leads_to_the_form_with_everything_filled_in(operator: Client) -> None:
    did = DIDFactory.create(number=NUMBER)
    customer = CustomerFactory.create(code="PADARIA", type=CustomerType.EXTENSION)
    CustomerFactory.create(code="PADARIA2")
    extension = ExtensionFactory.create(customer=customer, number="1001")
    [(url, label)] = commands(operator, "alocar (11) 4000-1000 a padaria ramal 1001")
    assert NUMBER in label
    assert urlsplit(url).path == reverse("numbering:did_allocate", args=[did.pk])
    filled = {"customer": str(customer.pk), "destination_type": "extension", "extension": str(extension.pk)}
    assert answers(url) == filled
    page = operator.get(url).content.decode()
    assert re.search(r'value="extension"\s+selected', page)
    assert all(f'name="{name}" value="{filled[name]}"' in page for name in ("customer", "extension"))
    assert not DIDAllocation.objects.exists()
    assert operator.post(urlsplit(url).path, filled).status_code == 302
    assert DIDAllocation.objects.get().extension == extension


@pytest.mark.django_db
def test_each_that_may_be_meant_is_offered(operator: Client) -> None:
    for number in ("551140001000", "551140001001"):
        DIDFactory.create(number=number)
    for code in ("PADARIA_SUL", "PADARIA_NORTE"):
        CustomerFactory.create(code=code)
    assert len(commands(operator, "alocar 5511400010 a padaria")) == 4
    assert len(commands(operator, "alocar 5511400010")) == 2


@pytest.mark.django_db
def test_what_cannot_be_done_says_in_which_state_the_number_is(operator: Client) -> None:
    allocation = DIDAllocationFactory.create(did__number=NUMBER, did__status=DIDStatus.ALLOCATED)
    [(url, label)] = commands(operator, f"alocar {NUMBER} a outra")
    assert url == page_of(allocation.did)
    assert allocation.customer.code in label
    [(url, label)] = commands(operator, "liberar 551130000000")
    assert url == reverse("reports:number", args=["551130000000"])
    assert "not in the inventory" in label


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "status", "page"),
    [
        ("liberar", DIDStatus.ALLOCATED, "did_release"),
        ("bloquear", DIDStatus.FREE, "did_block"),
        ("desbloquear", DIDStatus.BLOCKED, "did_unblock"),
        ("encaminhar", DIDStatus.ALLOCATED, "did_destination"),
    ],
)
def test_a_number_is_released_blocked_or_sent_elsewhere_on_its_own_page(
    operator: Client, verb: str, status: str, page: str
) -> None:
    did = DIDFactory.create(number=NUMBER, status=status)
    assert [url for url, _label in commands(operator, f"{verb} {NUMBER}")] == [
        reverse(f"numbering:{page}", args=[did.pk])
    ]
    assert DID.objects.get(pk=did.pk).status == status


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_simulations_calls_and_top_ups_are_filled_in(admin: Client) -> None:
    customer = CustomerFactory.create(code="ACME", type=CustomerType.EXTENSION)
    [(url, label)] = commands(admin, "simular (11) 98765-4321 de acme/1001")
    asked = {"direction": "out", "number": "11987654321", "customer": str(customer.pk), "extension": "1001"}
    assert answers(url).items() >= asked.items()
    assert "ACME/1001" in label
    [(url, _label)] = commands(admin, "chamadas acme")
    assert answers(url) == {"customer": str(customer.pk)}
    [(url, _label)] = commands(admin, "recarregar ACME 150,75")
    assert urlsplit(url).path == reverse("billing:account_topup", args=[Account.objects.get().pk])
    assert 'value="150,75"' in admin.get(url).content.decode()


@pytest.mark.django_db
def test_a_customer_is_suspended_in_its_form(operator: Client) -> None:
    customer = CustomerFactory.create(code="ACME")
    [(url, _label)] = commands(operator, "suspender acme")
    assert re.search(r'value="suspended"\s+selected', operator.get(url).content.decode())
    [(url, label)] = commands(operator, "reativar acme")
    assert url == page_of(customer)
    assert "Active" in label
    customer.refresh_from_db()
    assert customer.is_active


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_who_may_not_do_it_is_offered_nothing(as_role: AsRole) -> None:
    allocation = DIDAllocationFactory.create(did__number=NUMBER, did__status=DIDStatus.ALLOCATED)
    clients = [as_role(Role.VIEWER), as_role(Role.CUSTOMER, allocation.customer)]
    for client in clients:
        assert commands(client, f"liberar {NUMBER}") == []
        assert commands(client, f"recarregar {allocation.customer.code} 10,00") == []
    assert commands(clients[1], f"simular {NUMBER} de {allocation.customer.code}") == []
    assert commands(clients[1], f"chamadas {allocation.customer.code}") != []
