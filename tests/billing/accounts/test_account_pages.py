"""People see what an account has, holds and may spend, and move its money, through the pages."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.accounts.ledger import reverse as reverse_entry
from billing.models import Account, AccountKind, CreditHold, EntryKind, LedgerEntry
from tests.billing.accounts.conftest import Pages, balance, paid
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory
from tests.pages.confirming import confirm
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def address(name: str, account: Account, *more: Any) -> str:
    return reverse(f"billing:account_{name}", args=[account.pk, *more])


def hold(account: Account, amount: str, **values: Any) -> CreditHold:
    made: CreditHold = CreditHold.objects.create(
        account=account, node_name="pbx1", uniqueid=f"1.{CreditHold.objects.count()}", number="5511987654321",
        amount=Decimal(amount), granted_seconds=60, applied_rate="", expires_at=timezone.now(), **values,
    )  # fmt: skip
    return made


def key_of(client: Client, page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text_of(client.get(page)))
    assert found is not None
    return found[1]


def test_the_account_shows_what_is_there_what_is_held_and_what_is_left(pages: Pages, account: Account) -> None:
    paid(account, "100.25")
    Account.objects.filter(pk=account.pk).update(credit_limit=50)
    hold(account, "7.50")
    hold(account, "2")
    hold(account, "1000", state="released")
    shown = text_of(pages(Role.OPERATOR).get(account.get_absolute_url()))
    for figure in ("100.25", "150.25", "9.50", "140.75"):
        assert f'tile-value">R$\u00a0{figure}' in shown
    assert "2 calls" in shown


def test_the_list_tells_who_owes(pages: Pages, account: Account) -> None:
    debtor = account_of(CustomerFactory.create())
    paid(debtor, "-3")
    shown = text_of(pages(Role.FINANCE).get(reverse("billing:account_list"), {"standing": "owes"}))
    assert debtor.get_absolute_url() in shown
    assert account.get_absolute_url() not in shown


def test_a_top_up_sent_twice_counts_once(pages: Pages, account: Account) -> None:
    finance = pages(Role.FINANCE)
    page = address("topup", account)
    answers = {"amount": "10.50", "description": "Pix", "key": key_of(finance, page)}
    for _again in range(2):
        assert finance.post(page, answers).status_code == 302
    assert balance(account) == Decimal("10.50")
    entry = LedgerEntry.objects.get(account=account)
    assert entry.kind == EntryKind.TOP_UP
    assert entry.actor.startswith("user")


@pytest.mark.parametrize("name", ["topup", "payment"])
@pytest.mark.parametrize("amount", ["0", "-5", "abc", "", "1e400", "1.0000001"])
def test_money_that_comes_in_is_above_zero(pages: Pages, account: Account, name: str, amount: str) -> None:
    finance = pages(Role.FINANCE)
    page = address(name, account)
    response = finance.post(page, {"amount": amount, "key": key_of(finance, page)})
    assert response.status_code == 200
    assert "Nothing was saved" in text_of(response)
    assert not LedgerEntry.objects.exists()


def test_an_adjustment_goes_either_way_and_needs_a_reason(pages: Pages, account: Account) -> None:
    finance = pages(Role.FINANCE)
    page = address("adjust", account)
    assert finance.post(page, {"amount": "-2", "key": key_of(finance, page)}).status_code == 200
    assert balance(account) == 0
    answers = {"amount": "-2", "description": "Goodwill taken back", "key": key_of(finance, page)}
    assert finance.post(page, answers).status_code == 302
    assert balance(account) == -2


def test_an_entry_is_reversed_on_its_page_and_once(pages: Pages, account: Account) -> None:
    finance = pages(Role.FINANCE)
    entry = paid(account, "10")
    page = address("reverse", account, entry.pk)
    assert page in text_of(finance.get(address("ledger", account)))
    assert finance.post(page, {"description": "Typed twice"}).status_code == 302
    assert balance(account) == 0
    again = finance.post(page, {"description": "Typed twice"})
    assert "was reversed already" in text_of(again)
    assert balance(account) == 0
    assert page not in text_of(finance.get(address("ledger", account)))


def test_an_entry_of_another_account_is_not_reversed_here(pages: Pages, account: Account) -> None:
    foreign = paid(account_of(CustomerFactory.create()), "10")
    page = address("reverse", account, foreign.pk)
    assert pages(Role.FINANCE).post(page, {"description": "No"}).status_code == 404
    assert balance(foreign.account) == 10


@pytest.mark.slow(seconds=1)
def test_a_long_ledger_is_read_page_by_page_without_a_gap(pages: Pages, account: Account) -> None:
    now = timezone.now()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            account=account, kind=EntryKind.CALL, amount=-number, currency="BRL", description=f"call-{number}.",
            happened_at=now - timedelta(seconds=number // 3),
        )
        for number in range(1, 251)
    )  # fmt: skip
    viewer = pages(Role.VIEWER)
    page: str | None = address("ledger", account)
    seen: list[str] = []
    while page is not None:
        shown = text_of(viewer.get(page))
        seen += re.findall(r"call-(\d+)\.", shown)
        older = re.search(r'href="([^"]+)" rel="next"', shown)
        page = older[1].replace("&amp;", "&") if older else None
    assert sorted(seen, key=int) == [str(number) for number in range(1, 251)]
    assert len(set(seen)) == len(seen)


def test_days_of_the_ledger_are_those_of_the_panels_clock(pages: Pages, account: Account) -> None:
    for moment, name in (("2026-03-01T02:59:59Z", "february"), ("2026-03-01T03:00:00Z", "march")):
        LedgerEntry.objects.create(
            account=account, kind=EntryKind.TOP_UP, amount=1, currency="BRL", description=name, happened_at=moment
        )
    shown = text_of(pages(Role.VIEWER).get(address("ledger", account), {"since": "2026-03-01", "until": "2026-03-01"}))
    assert "march" in shown
    assert "february" not in shown


def test_the_ledger_as_a_file_runs_nothing_in_a_spreadsheet(pages: Pages, account: Account) -> None:
    LedgerEntry.objects.create(
        account=account, kind=EntryKind.TOP_UP, amount=Decimal("1.50"), currency="BRL", description="=1+1"
    )
    response: Any = pages(Role.FINANCE).get(address("ledger", account), {"export": "csv"})
    lines = b"".join(response.streaming_content).decode()
    assert "'=1+1" in lines
    assert "1.500000" in lines


@pytest.mark.parametrize(
    "query", ["cursor=x", "since=x", "kind=nothing", "cursor=%00", "until=0001-01-01", "until=9999-12-31"]
)
def test_a_strange_address_of_a_ledger_is_answered(pages: Pages, account: Account, query: str) -> None:
    assert pages(Role.VIEWER).get(f"{address('ledger', account)}?{query}").status_code == 200


def test_people_of_a_customer_see_their_own_account_and_nothing_to_write(pages: Pages, account: Account) -> None:
    foreign = account_of(CustomerFactory.create())
    paid(account, "10")
    customer = pages(Role.CUSTOMER)
    shown = text_of(customer.get(account.get_absolute_url()))
    assert "10.00" in shown
    for name in ("topup", "payment", "adjust", "edit"):
        assert address(name, account) not in shown
        assert customer.get(address(name, account)).status_code == 403
    assert customer.get(foreign.get_absolute_url()).status_code == 404
    assert customer.get(address("ledger", foreign)).status_code == 404


def test_settings_are_saved_and_the_balance_stays_the_ledgers(pages: Pages, account: Account) -> None:
    finance = pages(Role.FINANCE)
    paid(account, "10")
    answers = {
        "kind": "prepaid", "currency": "BRL", "credit_limit": "5", "hourly_cap": "20", "daily_cap": "100",
        "longest_call_seconds": "3600", "allowed_countries": "us, br,BR",
    }  # fmt: skip
    assert finance.post(address("edit", account), answers).status_code == 302
    stored = Account.objects.get(pk=account.pk)
    assert (stored.kind, stored.credit_limit, stored.allowed_countries) == ("prepaid", Decimal(5), ["BR", "US"])
    assert stored.balance == 10
    assert "prepaid" in text_of(finance.get(f"{account.get_absolute_url()}?tab=changelog")).lower()


@pytest.mark.parametrize(
    ("field", "value"), [("allowed_countries", "BR,XX"), ("credit_limit", "-1"), ("currency", "USD")]
)
def test_settings_that_make_no_sense_are_refused(pages: Pages, account: Account, field: str, value: str) -> None:
    paid(account, "10")
    answers = {"kind": "prepaid", "currency": "BRL", "credit_limit": "5", "allowed_countries": "BR"} | {field: value}
    response = pages(Role.FINANCE).post(address("edit", account), answers)
    assert response.status_code == 200
    assert 'aria-invalid="true"' in text_of(response)
    assert Account.objects.get(pk=account.pk).kind == "postpaid"


def test_a_stop_is_lifted_by_a_person(pages: Pages, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(blocked_at=timezone.now(), blocked_reason="Hourly cap crossed")
    finance = pages(Role.FINANCE)
    assert "Hourly cap crossed" in text_of(finance.get(account.get_absolute_url()))
    confirm(finance, address("lift", account))
    assert Account.objects.get(pk=account.pk).blocked_at is None


def test_the_customers_page_leads_to_its_account(pages: Pages, account: Account) -> None:
    page = reverse("customers:customer_detail", args=[account.customer_id])
    assert account.get_absolute_url() in text_of(pages(Role.FINANCE).get(page))


def test_the_ledger_is_only_read_in_the_admin(pages: Pages, account: Account) -> None:
    entry = paid(account, "10")
    reverse_entry(entry=entry, reason="Typed twice")
    admin = pages(Role.ADMIN)
    page = reverse("admin:billing_ledgerentry_change", args=[entry.pk])
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"amount": "99"}).status_code == 403
    assert admin.get(reverse("admin:billing_ledgerentry_add")).status_code == 403
    assert admin.get(reverse("admin:billing_account_change", args=[account.pk])).status_code == 200


def test_a_large_top_up_is_taken_and_the_form_says_what_is_there(pages: Pages, account: Account) -> None:
    # I15
    paid(account, "2.5")
    finance = pages(Role.FINANCE)
    page = address("topup", account)
    shown = text_of(finance.get(page))
    assert "R$\u00a02.50" in shown
    answers = {"amount": "1,234,567,890.12", "description": "Pix", "key": key_of(finance, page)}
    assert finance.post(page, answers).status_code == 302
    assert balance(account) == Decimal("1234567892.62")


def test_a_debt_is_marked_where_it_is_wrong(pages: Pages, account: Account) -> None:
    # I15
    paid(account, "-3")
    list_of_accounts = reverse("billing:account_list")
    marked = "text-bad"
    for kind, is_wrong in ((AccountKind.POSTPAID, False), (AccountKind.PREPAID, True)):
        Account.objects.filter(pk=account.pk).update(kind=kind)
        assert (marked in text_of(pages(Role.FINANCE).get(list_of_accounts))) is is_wrong


def test_the_entry_of_a_call_names_its_number_and_length_and_leads_to_it(pages: Pages, account: Account) -> None:
    # I14
    call = CdrFactory.create(
        customer=account.customer, src="1001", dst="5511987654321", called_number="5511987654321", billable_seconds=83
    )
    facts = {"account": account, "amount": Decimal("-0.6250"), "currency": "BRL"}
    LedgerEntry.objects.create(kind=EntryKind.CALL, cdr_id=call.pk, **facts)
    LedgerEntry.objects.create(kind=EntryKind.CALL, cdr_id=uuid4(), **facts)  # its month of records was dropped
    for role in (Role.FINANCE, Role.CUSTOMER):
        shown = text_of(pages(role).get(address("ledger", account)))
        assert f'<a class="quiet-link" href="{call.get_absolute_url()}">' in shown
        assert 'data-number="5511987654321"' in shown
        assert "1:23" in shown
        assert shown.count("-R$\u00a00.6250") == 2
