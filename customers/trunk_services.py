"""A customer and the addresses of its trunk, written together."""

from collections.abc import Iterable

from customers.models import Customer, CustomerStatus, TrunkAddress
from customers.services import save_customer, save_trunk_address
from voipadmin.core.services import all_or_nothing
from voipadmin.users.models import User


def save_customer_with_trunk(
    *, customer: Customer, addresses: Iterable[TrunkAddress] | None, users: Iterable[User], user: User | None = None
) -> Customer:
    """Save a customer, who may log in for it, and its addresses: those not named are removed; None leaves them alone.

    `user` is who asks: it decides whether an overlap names the other customer.
    """
    with all_or_nothing(customer):
        save_customer(customer=customer, user=user)
        customer.users.set(users)
        if addresses is not None and customer.status != CustomerStatus.CLOSED:
            _replace_addresses(customer, list(addresses), user)
    return customer


def _replace_addresses(customer: Customer, addresses: list[TrunkAddress], user: User | None) -> None:
    kept = [address.pk for address in addresses if not address._state.adding]
    for address in customer.trunk_addresses.exclude(pk__in=kept):
        address.delete()
    for address in addresses:
        address.customer = customer
        save_trunk_address(address=address, user=user)
