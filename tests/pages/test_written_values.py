"""Values as people read them: numbers in groups and copied as digits, amounts with their currency, days in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.ledger import Movement, enter
from billing.fee_descriptions import describe_fee, fee_in_words
from billing.models import Account, EntryKind, RefusedCall
from tests.factories.customers import CustomerFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.pages.conftest import AsRole
from voipadmin.users.roles import Role

GROUPED = (
    '<span class="phone" data-number="551140001000">'
    "<span>55</span><span>11</span><span>4000</span><span>1000</span></span>"
)


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def admin(as_role: AsRole) -> Client:
    return as_role(Role.ADMIN)


@pytest.mark.django_db
def test_a_number_is_in_groups_in_titles_lists_reports_and_among_chosen_rows(admin: Client) -> None:
    did = DIDFactory.create(number="551140001000")
    page = text_of(admin.get(reverse("numbering:did_detail", args=[did.pk])))
    assert f"<h1>{GROUPED}" in page
    assert "<title>551140001000 ·" in page
    chosen = {"pk": [str(did.pk)], "bulk": "block"}
    assert GROUPED in text_of(admin.post(reverse("numbering:did_bulk"), chosen, follow=True))
    assert GROUPED in text_of(admin.get(reverse("reports:dids")))


@pytest.mark.django_db
def test_the_rent_of_a_number_has_its_currency(admin: Client) -> None:
    allocation = DIDAllocationFactory.create(monthly_price=Decimal("4.9"), did__monthly_cost=Decimal("1.2"))
    page = text_of(admin.get(reverse("numbering:did_detail", args=[allocation.did.pk])))
    assert "R$\u00a04.90" in page
    assert "R$\u00a01.20" in page


@pytest.mark.django_db
def test_a_monthly_fee_tells_its_number_and_days_as_people_write_them(admin: Client) -> None:
    account = Account.objects.get(customer=CustomerFactory.create())
    kept = describe_fee("551140001000", date(2026, 11, 1), date(2026, 11, 30))
    entry = enter(
        account=account, movement=Movement(kind=EntryKind.MONTHLY_FEE, amount=Decimal("-4.9"), description=kept)
    )
    ledger = text_of(admin.get(reverse("billing:account_ledger", args=[account.pk]), HTTP_ACCEPT_LANGUAGE="pt-br"))
    assert GROUPED in ledger
    assert "· 01/11/2026 – 30/11/2026" in ledger
    entry.refresh_from_db()
    assert entry.description == kept
    with translation.override("pt-br"):
        assert entry.description_in_words == "551140001000, 01/11/2026 – 30/11/2026"


@given(st.text(max_size=60) | st.from_regex(r"\d{1,15} \d{4}-\d\d-\d\d – \d{4}-\d\d-\d\d", fullmatch=True))
def test_what_is_no_fee_is_told_as_it_is_written(text: str) -> None:
    number, said = fee_in_words(text)
    assert (number, said) == ("", text) or text.startswith(f"{number} ")


@pytest.mark.django_db
def test_a_refused_call_tells_what_was_left_with_its_currency(admin: Client) -> None:
    customer = CustomerFactory.create()
    call = RefusedCall.objects.create(
        customer=customer, node_name="sp1", uniqueid="1", number="5511987654321", reason="credit", cause=21,
        detail="0.035000 < 0.095",
    )  # fmt: skip
    said = "R$\u00a00.035 left, the shortest call costs R$\u00a00.095"
    for address in (reverse("billing:refusedcall_list"), call.get_absolute_url()):
        assert said in text_of(admin.get(address))
    RefusedCall.objects.update(reason="loss", detail="0.02 BRL / 60 s")
    assert "sold for R$\u00a00.02 in 60 s" in text_of(admin.get(reverse("billing:refusedcall_list")))
