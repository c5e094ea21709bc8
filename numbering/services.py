"""Writes of numbers: allocation and its history, quarantine, blocking.

Locks are taken in one order everywhere: the customer, then the number.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerStatus, Extension
from numbering.errors import CustomerRefused, InvalidMoment, NotAllocated, NumberUnavailable
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from numbering.ranges import create_did_range
from voipadmin.core.signals import objects_changed

__all__ = [
    "CustomerRefused",
    "InvalidMoment",
    "NotAllocated",
    "NumberUnavailable",
    "allocate_did",
    "block_did",
    "change_destination",
    "create_did_range",
    "end_quarantines",
    "give_back_did",
    "release_all_of",
    "release_did",
    "unblock_did",
]


def allocate_did(
    *,
    did: DID,
    customer: Customer,
    destination_type: str,
    extension: Extension | None = None,
    forward_to: str = "",
    monthly_price: Decimal = Decimal(0),
    at: datetime | None = None,
) -> DIDAllocation:
    """Give a free number to a customer from `at` (now); raise NumberUnavailable where it is not free.

    1. Lock the customer, then the number: of two that allocate at once, the second waits for the first.
    2. Refuse a number that is allocated, blocked, or in quarantine at that moment, and a closed customer.
    3. Save the allocation; the database refuses one that overlaps another in time. Mark the number as allocated.
    """
    with transaction.atomic():
        owner = Customer.objects.select_for_update().get(pk=customer.pk)
        locked = _lock(did)
        moment = _moment(at)
        _refuse_unavailable(locked, moment)
        if owner.status == CustomerStatus.CLOSED:
            raise CustomerRefused(_("A closed customer gets no numbers."), field="customer")
        allocation = DIDAllocation(
            did=locked,
            customer=owner,
            destination_type=destination_type,
            extension=extension,
            forward_to=forward_to,
            monthly_price=monthly_price,
            starts_at=moment,
        )
        _save_allocation(allocation)
        _set_status(locked, DIDStatus.ALLOCATED)
    did.status, did.quarantined_until = locked.status, None
    return allocation


def release_did(*, did: DID, at: datetime | None = None) -> DIDAllocation:
    """End the allocation at `at` (now); the number is in quarantine for DID_QUARANTINE_DAYS from then on."""
    with transaction.atomic():
        locked = _lock(did)
        allocation = _current_allocation(locked)
        moment = _moment(at)
        _end(allocation, moment)
        _quarantine(locked, moment)
    did.status, did.quarantined_until = locked.status, locked.quarantined_until
    return allocation


def give_back_did(*, did: DID) -> DIDAllocation:
    """Allocate a number in quarantine to the customer that had it last, as it was; both allocations are kept.

    Raise NumberUnavailable where it rests no longer, CustomerRefused where the customer is closed, and NotAllocated
    where nobody had it or its extension is gone.
    """
    with transaction.atomic():
        last = _last_allocation(did)
        owner = Customer.objects.select_for_update().get(pk=last.customer_id)
        locked = _lock(did)
        # Whoever released it once more while the locks were waited for, released another allocation.
        if locked.status != DIDStatus.QUARANTINED or _last_allocation(locked).pk != last.pk:
            raise NumberUnavailable(_("%(number)s is no longer in quarantine.") % {"number": did.number})
        if owner.status == CustomerStatus.CLOSED:
            raise CustomerRefused(_("A closed customer gets no numbers."), field="customer")
        allocation = DIDAllocation(
            did=locked,
            customer=owner,
            destination_type=last.destination_type,
            extension=_past_extension(last),
            forward_to=last.forward_to,
            monthly_price=last.monthly_price,
            starts_at=_moment(None),
        )
        _save_allocation(allocation)
        _set_status(locked, DIDStatus.ALLOCATED)
    did.status, did.quarantined_until = locked.status, None
    return allocation


def _last_allocation(did: DID) -> DIDAllocation:
    last: DIDAllocation | None = (
        did.allocations.exclude(ends_at=None).select_related("customer").order_by("-ends_at").first()
    )
    if last is None:
        raise NotAllocated(_("Nobody had %(number)s before.") % {"number": did.number})
    return last


def _past_extension(last: DIDAllocation) -> Extension | None:
    """Return the extension that the number rang, by its number: an ended allocation keeps no other."""
    if last.destination_type != DestinationType.EXTENSION:
        return None
    extension: Extension | None = Extension.objects.filter(
        customer=last.customer_id, number=last.past_extension
    ).first()
    if extension is None:
        raise NotAllocated(_("Extension %(number)s is gone. Allocate it anew.") % {"number": last.past_extension})
    return extension


def change_destination(
    *,
    did: DID,
    destination_type: str,
    extension: Extension | None = None,
    forward_to: str = "",
    monthly_price: Decimal | None = None,
    at: datetime | None = None,
) -> DIDAllocation:
    """Send a number's calls elsewhere: the allocation ends and one of the same customer begins, both kept.

    A new monthly price holds from that day on; without one the price stays.
    """
    with transaction.atomic():
        locked = _lock(did)
        before = _current_allocation(locked)
        moment = _moment(at)
        _end(before, moment)
        allocation = DIDAllocation(
            did=locked,
            customer=before.customer,
            destination_type=destination_type,
            extension=extension,
            forward_to=forward_to,
            monthly_price=before.monthly_price if monthly_price is None else monthly_price,
            starts_at=moment,
        )
        _save_allocation(allocation)
    return allocation


def release_all_of(*, customer: Customer, at: datetime) -> int:
    """Release every number of a customer; return how many."""
    with transaction.atomic():
        numbers = DID.objects.filter(
            pk__in=DIDAllocation.objects.current().filter(customer=customer).values("did")
        ).order_by("pk")
        released = [release_did(did=did, at=max(at, _current_allocation(did).starts_at)) for did in numbers]
    return len(released)


def block_did(*, did: DID) -> DID:
    """Take a number that nobody has out of choice."""
    with transaction.atomic():
        locked = _lock(did)
        if locked.status == DIDStatus.ALLOCATED:
            raise NumberUnavailable(_("%(number)s is allocated. Release it first.") % {"number": did.number})
        _set_status(locked, DIDStatus.BLOCKED)
    did.status, did.quarantined_until = locked.status, None
    return did


def unblock_did(*, did: DID, now: datetime | None = None) -> DID:
    """Put a blocked number back: free, or into what is left of its quarantine."""
    with transaction.atomic():
        locked = _lock(did)
        if locked.status != DIDStatus.BLOCKED:
            raise NumberUnavailable(_("%(number)s is not blocked.") % {"number": did.number}, code="not_blocked")
        last = locked.allocations.exclude(ends_at=None).order_by("-ends_at").first()
        if last is None or last.ends_at is None:
            _set_status(locked, DIDStatus.FREE)
        else:
            _quarantine(locked, last.ends_at, now=now)
    did.status, did.quarantined_until = locked.status, locked.quarantined_until
    return did


def end_quarantines(*, now: datetime) -> int:
    """Free the numbers whose quarantine is over at `now`; return how many. Locked ones are left for the next run."""
    with transaction.atomic():
        over = DID.objects.filter(status=DIDStatus.QUARANTINED, quarantined_until__lte=now)
        numbers = list(over.select_for_update(skip_locked=True).order_by("pk"))
        DID.objects.filter(pk__in=[did.pk for did in numbers]).update(
            status=DIDStatus.FREE, quarantined_until=None, updated_at=now
        )
        for did in numbers:
            did.status, did.quarantined_until = DIDStatus.FREE, None
        if numbers:
            objects_changed.send(sender=DID, objects=numbers)
    return len(numbers)


def _lock(did: DID) -> DID:
    locked: DID = DID.objects.select_for_update().get(pk=did.pk)
    return locked


def _moment(at: datetime | None) -> datetime:
    """Return `at`, or now; taken after the locks, so that it is not before what they waited for."""
    now = timezone.now()
    if at is not None and at > now:
        raise InvalidMoment(_("This moment is in the future."), field="at")
    return at or now


def _current_allocation(did: DID) -> DIDAllocation:
    allocation: DIDAllocation | None = did.allocations.filter(ends_at=None).select_related("customer").first()
    if allocation is None:
        raise NotAllocated(_("%(number)s is not allocated.") % {"number": did.number})
    return allocation


def _refuse_unavailable(did: DID, moment: datetime) -> None:
    values = {"number": did.number}
    if did.status == DIDStatus.ALLOCATED:
        raise NumberUnavailable(_("%(number)s is already allocated.") % values, field="did")
    if did.status == DIDStatus.BLOCKED:
        raise NumberUnavailable(_("%(number)s is blocked.") % values, field="did")
    if did.quarantined_until is not None and did.quarantined_until > moment:
        until = formats.date_format(timezone.localtime(did.quarantined_until), "SHORT_DATE_FORMAT")
        raise NumberUnavailable(
            _("%(number)s is in quarantine until %(until)s.") % (values | {"until": until}), field="did"
        )


def _save_allocation(allocation: DIDAllocation) -> None:
    allocation.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            allocation.save(force_insert=True)
    except IntegrityError as error:
        message = _("%(number)s was already allocated in that time.") % {"number": allocation.did.number}
        raise NumberUnavailable(message, field="did") from error


def _end(allocation: DIDAllocation, moment: datetime) -> None:
    if moment < allocation.starts_at:
        raise InvalidMoment(_("The allocation began later than that."), field="at")
    if allocation.destination_type == DestinationType.EXTENSION and allocation.extension:
        allocation.past_extension = allocation.extension.number
        allocation.extension = None
    allocation.ends_at = moment
    allocation.save(update_fields=["past_extension", "extension", "ends_at", "updated_at"])


def _quarantine(did: DID, since: datetime, *, now: datetime | None = None) -> None:
    """Put a number into quarantine from `since` on, or free it where that would be over already."""
    until = since + timedelta(days=settings.DID_QUARANTINE_DAYS)
    if until > (now or timezone.now()):
        _set_status(did, DIDStatus.QUARANTINED, until)
    else:
        _set_status(did, DIDStatus.FREE)


def _set_status(did: DID, status: DIDStatus, until: datetime | None = None) -> None:
    did.status, did.quarantined_until = status, until
    did.save(update_fields=["status", "quarantined_until", "updated_at"])
