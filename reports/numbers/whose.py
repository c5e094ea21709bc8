"""Whose a number is: the DID of the inventory with its history, and all else that has it, as a user may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from asterisk_sync.models import Conference, ConferenceParticipant
from customers.models import Customer, Extension
from numbering.models import DID, DIDAllocation
from voipadmin.core.numbers.number import Number

# So many of each are shown; a number has few owners, and an extension's number is that of many customers.
SHOWN = 10


@dataclass(frozen=True)
class Owners:
    """What has a number. `current` is the allocation in force, `past` those that ended, the last one first."""

    did: DID | None
    current: DIDAllocation | None
    past: Sequence[DIDAllocation]
    extensions: Sequence[Extension]
    customers: Sequence[Customer]
    conferences: Sequence[Conference]
    forwards: Sequence[DIDAllocation]

    @property
    def is_known(self) -> bool:
        """Tell whether anything of the installation has the number."""
        return any((self.did, self.past, self.extensions, self.customers, self.conferences, self.forwards))


def owners_of(number: Number, digits: str, spellings: Sequence[str], user: Any) -> Owners:
    """Return what has a number: `digits` are its key, or what was asked for where it is no number of the plan."""
    did = DID.objects.visible_to(user).select_related("provider", "gateway").filter(number=digits).first()
    history = DIDAllocation.objects.visible_to(user).select_related("customer", "extension")
    allocations = list(history.filter(did__number=digits).order_by("-starts_at")[: SHOWN + 1])
    return Owners(
        did=did,
        current=next((allocation for allocation in allocations if allocation.ends_at is None), None),
        past=[allocation for allocation in allocations if allocation.ends_at is not None],
        extensions=_extensions(number, digits, user),
        customers=list(Customer.objects.visible_to(user).filter(caller_id_number=digits)[:SHOWN]),
        conferences=_conferences(digits, user),
        forwards=list(
            history.current().select_related("did").filter(forward_to__in=spellings).order_by("did__number")[:SHOWN]
        ),
    )


def _extensions(number: Number, digits: str, user: Any) -> list[Extension]:
    """Return those that show the number, or, of digits that are no number or a code, those that have it."""
    rows = Extension.objects.visible_to(user).select_related("customer").defer("secret")
    rows = rows.order_by("number", "customer__code")
    if number.is_readable and not number.is_code:
        return list(rows.filter(caller_id_number=digits)[:SHOWN])
    return list(rows.filter(number=number.code or digits)[:SHOWN])


def _conferences(digits: str, user: Any) -> list[Conference]:
    if not user.has_perm("asterisk_sync.view_conference"):
        return []
    rows = Conference.objects.visible_to(user).select_related("customer").order_by("name")
    called = ConferenceParticipant.objects.filter(number=digits).values("conference")
    return list(rows.filter(Q(dial_in__number=digits) | Q(pk__in=called))[:SHOWN])
