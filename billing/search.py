"""Search for tariffs, rate plans, accounts, decks, statements and calls."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _translated
from django.utils.translation import gettext_lazy as _

from billing.models import Account, Cdr, Deck, RatePlan, Statement, Tariff
from billing.statements.queries import numbered
from voipadmin.core.search import EXACT, HITS_PER_KIND, HOLDS, SHORTEST_PART, Hit, Hits, any_of, closest, hits
from voipadmin.core.text.searched import SearchText

# What Asterisk names a channel by: its system name, the second of its birth, and a counter.
SYSTEM_NAME = re.compile(r"[\w.-]*")
DIGITS_OF_SECOND = 9


def search_money(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find accounts and statements by customer, tariffs by destination or digits, rate plans and decks by name."""
    for kind, find in KINDS.items():
        if user.has_perm(f"billing.view_{kind}"):
            yield find(user, searched.text)


def _accounts(user: Any, text: str) -> Hits:
    rows = Account.objects.visible_to(user).select_related("customer")
    found = closest(rows, ("customer__code", "customer__name"), text)
    # The customer itself comes first.
    shown = (
        Hit(row.customer.code, row.get_absolute_url(), f"{row.get_kind_display()} · {row.currency}", row.distance)
        for row in found
    )
    return hits(_("Accounts"), "wallet", shown, list_url="billing:account_list", text=text)


def _tariffs(user: Any, text: str) -> Hits:
    found = closest(Tariff.objects.visible_to(user).select_related("plan"), ("pattern", "name"), text)
    shown = (Hit(row.name, row.get_absolute_url(), _of_tariff(row), row.distance) for row in found)
    return hits(_("Tariffs"), "badge-dollar-sign", shown, list_url="billing:tariff_list", text=text)


def _of_tariff(tariff: Tariff) -> str:
    return f"{tariff.pattern} · {tariff.plan}" if tariff.plan else tariff.pattern


def _plans(user: Any, text: str) -> Hits:
    found = closest(RatePlan.objects.visible_to(user), ("name",), text)
    shown = (Hit(row.name, row.get_absolute_url(), row.currency, row.distance) for row in found)
    return hits(_("Rate plans"), "layers", shown, list_url="billing:rateplan_list", text=text)


def _decks(user: Any, text: str) -> Hits:
    rows = Deck.objects.visible_to(user).select_related("provider").only("file_name", "status", "provider__name")
    found = closest(rows, ("file_name", "provider__name"), text)
    shown = (Hit(str(row), row.get_absolute_url(), str(row.get_status_display()), row.distance) for row in found)
    return hits(_("Decks"), "file-spreadsheet", shown, list_url="billing:deck_list", text=text)


def _statements(user: Any, text: str) -> Hits:
    """Find statements by their number, `A-000123`, else those of a customer, the last ones first."""
    rows = Statement.objects.visible_to(user).select_related("account__customer").order_by("-ends_at")
    wanted = numbered(text) or any_of(("account__customer__code", "account__customer__name"), "icontains", text)
    found = rows.filter(wanted)[: HITS_PER_KIND + 1]
    shown = (
        Hit(str(row), row.get_absolute_url(), _of_statement(row), EXACT if row.label == text else HOLDS)
        for row in found
    )
    return hits(_("Statements"), "receipt-text", shown, list_url="billing:statement_list", text=text)


def _of_statement(statement: Statement) -> str:
    return f"{statement.account.customer.code} · {statement.get_status_display()}"


Find = Callable[[Any, str], Hits]
# How each kind is searched for, by the word of its permission.
KINDS: dict[str, Find] = {
    "account": _accounts,
    "tariff": _tariffs,
    "rateplan": _plans,
    "deck": _decks,
    "statement": _statements,
}


def search_calls(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Offer the calls of a number, and find a call by the id that Asterisk gave it."""
    if not user.has_perm("billing.view_cdr"):
        return
    calls = Cdr.objects.visible_to(user).calls().filter(linkedid=searched.text)
    rows = calls[:HITS_PER_KIND] if _is_uniqueid(searched.text) else ()
    found = [Hit(str(call), call.get_absolute_url(), call.linkedid, EXACT) for call in rows]
    if not found and len(searched.digits) >= SHORTEST_PART:
        label = _translated("Calls from or to %(number)s") % {"number": searched.digits}
        found = [Hit(label, f"{reverse('billing:cdr_list')}?{urlencode({'q': searched.digits})}", distance=HOLDS)]
    yield hits(_("Calls"), "phone-call", found)


def _is_uniqueid(text: str) -> bool:
    born, _dot, counter = text.rpartition(".")
    name, second = born[:-DIGITS_OF_SECOND], born[-DIGITS_OF_SECOND:]
    are_digits = all(part.isascii() and part.isdecimal() for part in (second, counter))
    return are_digits and len(second) == DIGITS_OF_SECOND and SYSTEM_NAME.fullmatch(name) is not None
