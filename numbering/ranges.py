"""Ranges of numbers, put into the inventory in one step."""

from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from numbering.errors import NumbersExist, RangeRefused
from numbering.models import DID
from routing.models import Gateway, Provider
from voipadmin.core.errors import Conflict
from voipadmin.core.signals import objects_changed

LARGEST_RANGE = 10_000
SHOWN_NUMBERS = 10


def numbers_between(first: str, last: str) -> list[str]:
    """Return the numbers from `first` to `last`, both included; raise RangeRefused where they make no range."""
    if not (first.isdecimal() and last.isdecimal()) or len(first) != len(last):
        raise RangeRefused(_("First and last number have the same number of digits."), field="last")
    if last < first:
        raise RangeRefused(_("The last number is before the first."), field="last")
    count = int(last) - int(first) + 1
    if count > LARGEST_RANGE:
        message = _("This range has %(count)s numbers; create at most %(most)s at once.")
        raise RangeRefused(message % {"count": count, "most": LARGEST_RANGE}, field="last", code="range_too_large")
    return [str(number) for number in range(int(first), int(last) + 1)]


def create_did_range(
    *,
    first: str,
    last: str,
    provider: Provider,
    gateway: Gateway | None = None,
    monthly_cost: Decimal = Decimal(0),
) -> list[DID]:
    """Create every number from `first` to `last` (E.164), free, or none where one exists; return them in order."""
    numbers = numbers_between(first, last)
    dids = [DID(number=n, provider=provider, gateway=gateway, monthly_cost=monthly_cost) for n in numbers]
    # The ends carry every rule that the numbers between them share.
    for end in (dids[0], dids[-1]):
        end.full_clean(validate_unique=False)
    with transaction.atomic():
        _refuse_existing(first, last)
        try:
            created = DID.objects.bulk_create(dids, batch_size=1000)
        except IntegrityError as error:
            raise Conflict(_("Someone else created numbers of this range a moment ago.")) from error
        objects_changed.send(sender=DID, objects=created)
        _log(provider, numbers)
    return created


def _refuse_existing(first: str, last: str) -> None:
    same_length = DID.objects.filter(number__gte=first, number__lte=last, number__regex=rf"^[0-9]{{{len(first)}}}$")
    existing = tuple(same_length.order_by("number").values_list("number", flat=True))
    if not existing:
        return
    message = ngettext(
        "One number of this range is already in the inventory: %(shown)s.",
        "%(count)s numbers of this range are already in the inventory: %(shown)s.",
        len(existing),
    )
    shown = ", ".join(existing[:SHOWN_NUMBERS]) + (" …" if len(existing) > SHOWN_NUMBERS else "")
    refusal = NumbersExist(message % {"count": len(existing), "shown": shown}, field="first")
    refusal.numbers = existing
    raise refusal


def _log(provider: Provider, numbers: list[str]) -> None:
    """Enter the range into the provider's changelog: one entry tells more than ten thousand."""
    summary = f"{numbers[0]} – {numbers[-1]} ({len(numbers)})"
    entries: Any = LogEntry.objects
    entries.log_create(provider, force_log=True, action=LogEntry.Action.UPDATE, changes={"dids": ["", summary]})
