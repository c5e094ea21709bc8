"""What a command of the search bar leads to: the page or question where it is done, filled in; nothing is done here.

Where it is not clear which number or customer is meant, each that may be is offered.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Account
from customers.models import Customer, CustomerStatus, Extension
from numbering.models import DID, DIDAllocation, DIDStatus
from voipadmin.core.errors import Message
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.reading import read_written
from voipadmin.core.search import EXACT, HITS_PER_KIND, Hit, Hits, closest, hits, nearest
from voipadmin.core.tables.links import page_of_number
from voipadmin.core.text.searched import read_search
from voipadmin.search.grammar import Command, Verb, parse_command

PERMISSIONS = {
    Verb.ALLOCATE: "numbering.change_did",
    Verb.RELEASE: "numbering.change_did",
    Verb.BLOCK: "numbering.change_did",
    Verb.UNBLOCK: "numbering.change_did",
    Verb.SEND: "numbering.change_did",
    Verb.SIMULATE: "routing.view_route",
    Verb.CALLS: "billing.view_cdr",
    Verb.TOP_UP: "billing.change_account",
    Verb.SUSPEND: "customers.change_customer",
    Verb.RESUME: "customers.change_customer",
}
# In which state of a number each can be done.
STATES = {
    Verb.ALLOCATE: {DIDStatus.FREE},
    Verb.RELEASE: {DIDStatus.ALLOCATED},
    Verb.SEND: {DIDStatus.ALLOCATED},
    Verb.BLOCK: {DIDStatus.FREE, DIDStatus.QUARANTINED},
    Verb.UNBLOCK: {DIDStatus.BLOCKED},
}
PAGES = {
    Verb.ALLOCATE: "numbering:did_allocate",
    Verb.RELEASE: "numbering:did_release",
    Verb.SEND: "numbering:did_destination",
    Verb.BLOCK: "numbering:did_block",
    Verb.UNBLOCK: "numbering:did_unblock",
}
UNDERSTOOD: dict[Verb, Message] = {
    Verb.ALLOCATE: gettext_lazy("Allocate %(number)s"),
    Verb.RELEASE: gettext_lazy("Release %(number)s"),
    Verb.SEND: gettext_lazy("Send the calls of %(number)s elsewhere"),
    Verb.BLOCK: gettext_lazy("Block %(number)s"),
    Verb.UNBLOCK: gettext_lazy("Unblock %(number)s"),
}


def search_commands(user: Any, text: str) -> Iterator[Hits]:
    """Offer what a command could mean to somebody who may do it; each hit says what was understood."""
    command = parse_command(text)
    if command is None or not user.has_perm(PERMISSIONS[command.verb]):
        return
    resolvers = {
        Verb.SIMULATE: _simulations,
        Verb.CALLS: _calls,
        Verb.TOP_UP: _top_ups,
        Verb.SUSPEND: _suspensions,
        Verb.RESUME: _suspensions,
    }
    found = resolvers.get(command.verb, _on_dids)(user, command)
    yield hits(gettext_lazy("Commands"), "terminal", list(found)[:HITS_PER_KIND])


def _on_dids(user: Any, command: Command) -> Iterator[Hit]:
    dids = _dids(user, command.number)
    able = [did for did in dids if did.status in STATES[command.verb]]
    if not dids:
        digits = read_written(command.number, current_plan()).key or read_search(command.number).digits
        label = _("%(number)s is not in the inventory") % {"number": command.number}
        yield Hit(label, page_of_number(digits) or reverse("numbering:did_list"), distance=EXACT)
    # The very number, in a state in which this cannot be done: its page says why, and what can.
    elif not able:
        for did in dids:
            yield Hit(f"{_understood(command, did)}: {_cannot(did)}", did.get_absolute_url(), distance=EXACT)
    for did in able:
        yield from _on_did(user, command, did)


def _on_did(user: Any, command: Command, did: Any) -> Iterator[Hit]:
    address = reverse(PAGES[command.verb], args=[did.pk])
    if command.verb is Verb.SEND:
        owner = did.in_force[0].customer if did.in_force else None
        yield _filled(command, did, owner, address)
    elif command.verb is not Verb.ALLOCATE:
        owner = f" · {did.in_force[0].customer.code}" if did.in_force else ""
        yield Hit(_understood(command, did) + owner, address, _("asks first"), EXACT)
    elif not command.party:
        yield Hit(_understood(command, did), address, _("choose the customer"), EXACT)
    else:
        for customer in _customers(user, command.party):
            yield _filled(command, did, customer, address)


def _filled(command: Command, did: Any, customer: Any, address: str) -> Hit:
    """Return the way to a form with everything filled in that was said."""
    label = _understood(command, did)
    answers: dict[str, str] = {}
    if command.verb is Verb.ALLOCATE:
        label = _("Allocate %(number)s to %(customer)s") % {"number": did.number, "customer": customer.code}
        answers["customer"] = str(customer.pk)
    if command.destination:
        answers["destination_type"] = command.destination
    if command.destination == "extension" and customer is not None:
        extension = Extension.objects.filter(customer=customer, number=command.target).first()
        answers["extension"] = str(extension.pk) if extension else ""
        no_such = "" if extension else _("it has no extension %(number)s") % {"number": command.target}
        detail = no_such or _("extension %(number)s") % {"number": command.target}
    elif command.destination == "forward":
        answers["forward_to"], detail = command.target, f"→ {command.target}"
    else:
        detail = customer.name if customer is not None else _("opens the form")
    return Hit(label, f"{address}?{urlencode(answers)}" if answers else address, detail, EXACT)


def _understood(command: Command, did: Any) -> str:
    return str(UNDERSTOOD[command.verb] % {"number": did.number})


def _cannot(did: Any) -> str:
    """Say in which state a number is."""
    state = str(did.get_status_display())
    return f"{state} · {did.in_force[0].customer.code}" if did.in_force else state


def _simulations(user: Any, command: Command) -> Iterator[Hit]:
    number = command.number.translate(str.maketrans("", "", " ().-/"))
    answers = {"direction": "out", "number": number, "seconds": "60"}
    code, _slash, extension = command.party.partition("/")
    extension = extension or (command.target if command.destination == "extension" else "")
    if not command.party:
        label = _("Simulate a call to %(number)s") % {"number": number}
        # Without the number among the questions, the form only asks.
        yield Hit(label, page_of_number(number) or reverse("asterisk_sync:simulator"), _("choose who calls"), EXACT)
    for customer in _customers(user, code) if command.party else ():
        values = {"number": number, "customer": f"{customer.code}/{extension}" if extension else customer}
        label = _("Simulate a call to %(number)s by %(customer)s") % values
        filled = urlencode(answers | {"customer": str(customer.pk), "extension": extension})
        yield Hit(label, f"{reverse('asterisk_sync:simulator')}?{filled}", distance=EXACT)


def _calls(user: Any, command: Command) -> Iterator[Hit]:
    address = reverse("billing:cdr_list")
    digits = read_search(command.number).digits
    if digits:
        key = read_written(command.number, current_plan()).key or digits
        yield Hit(_("Calls from or to %(number)s") % {"number": key}, f"{address}?{urlencode({'q': key})}", "", EXACT)
    for customer in _customers(user, command.party) if command.party else ():
        label = _("Calls of %(customer)s") % {"customer": customer}
        yield Hit(label, f"{address}?{urlencode({'customer': str(customer.pk)})}", distance=EXACT)


def _top_ups(user: Any, command: Command) -> Iterator[Hit]:
    customers = _customers(user, command.party) if command.party else []
    for account in Account.objects.visible_to(user).filter(customer__in=customers).select_related("customer"):
        values = {"customer": account.customer, "amount": command.amount, "currency": account.currency}
        label = _("Top up %(customer)s") % values
        if command.amount:
            label = _("Top up %(customer)s by %(currency)s %(amount)s") % values
        query = f"?{urlencode({'amount': command.amount})}" if command.amount else ""
        address = reverse("billing:account_topup", args=[account.pk])
        yield Hit(label, address + query, _("opens the form"), EXACT)


def _suspensions(user: Any, command: Command) -> Iterator[Hit]:
    """Yield the way to the form of each customer whose status it would change, with the new one chosen."""
    suspends = command.verb is Verb.SUSPEND
    wanted = CustomerStatus.SUSPENDED if suspends else CustomerStatus.ACTIVE
    for customer in _customers(user, command.party):
        label = (_("Suspend %(customer)s") if suspends else _("Reactivate %(customer)s")) % {"customer": customer}
        if customer.status == wanted:
            state = str(customer.get_status_display())
            yield Hit(f"{label}: {state}", customer.get_absolute_url(), distance=EXACT)
        else:
            address = reverse("customers:customer_edit", args=[customer.pk])
            yield Hit(label, f"{address}?{urlencode({'status': wanted.value})}", _("opens the form"), EXACT)


def _dids(user: Any, written: str) -> Sequence[Any]:
    """Return the very number, else those that begin with the digits, or hold them."""
    current = DIDAllocation.objects.current().select_related("customer")
    rows = DID.objects.visible_to(user).prefetch_related(Prefetch("allocations", current, to_attr="in_force"))
    digits = read_search(written).fragment
    if not digits:
        return []
    key = read_written(written, current_plan()).key
    found = nearest(rows, Q(number__in={digits, key}), Q(number__startswith=digits), Q(number__contains=digits))
    exact = [did for did in found if did.distance == EXACT]
    return sorted(exact or found, key=lambda did: (did.distance, did.number))[:HITS_PER_KIND]


def _customers(user: Any, party: str) -> Sequence[Any]:
    """Return the customer with this very code or name, else those whose code or name holds it."""
    found = closest(Customer.objects.visible_to(user), ("code", "name"), party)
    exact = [customer for customer in found if customer.distance == EXACT]
    return (exact or found)[:HITS_PER_KIND]
