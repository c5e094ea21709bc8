"""Writes of customers, trunk addresses and extensions."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Customer,
    CustomerStatus,
    CustomerType,
    Extension,
    TrunkAddress,
    generate_sip_secret,
)
from customers.queries import overlapping_address, primary_address
from customers.signals import customer_changing, trunk_address_saving
from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing, error_messages, save_object
from voipadmin.core.text.addresses import canonical_network
from voipadmin.users.models import User


class AddressTaken(DomainError):
    """Another address overlaps: an address must name one customer."""

    code = "address_taken"


class WrongCustomerType(DomainError):
    """The customer has not the type that the input is for."""

    code = "wrong_customer_type"


def save_customer(*, customer: Customer, trunk_ip: str | None = None, user: User | None = None) -> Customer:
    """Save a customer and, where `trunk_ip` is given, its first trunk address; an empty one removes that address.

    Closing a customer removes its trunk addresses, which may then become another's; apps above release its numbers.
    `user` is who asks: it decides whether an overlap names the other customer.
    """
    with all_or_nothing(customer):
        before = Customer.objects.select_for_update().filter(pk=customer.pk).first()
        if trunk_ip and customer.type != CustomerType.TRUNK:
            raise WrongCustomerType(_("Only a customer of type trunk has an address."), field="trunk_ip")
        if trunk_ip == "":
            _remove_primary_address(customer)
        if before is not None:
            customer_changing.send(sender=Customer, customer=customer, before=before)
        save_object(customer)
        if customer.status == CustomerStatus.CLOSED:
            customer.trunk_addresses.all().delete()
        elif trunk_ip:
            _set_primary_address(customer, trunk_ip, user)
    return customer


def _remove_primary_address(customer: Customer) -> None:
    address = primary_address(customer)
    if address is not None:
        address.delete()


def _set_primary_address(customer: Customer, trunk_ip: str, user: User | None) -> None:
    address = primary_address(customer) or TrunkAddress(customer=customer)
    address.network = canonical_network(trunk_ip.strip())
    address.receives_calls = "/" not in address.network
    try:
        save_trunk_address(address=address, user=user)
    except ValidationError as error:
        texts = [message for messages in error_messages(error).values() for message in messages]
        raise ValidationError({"trunk_ip": texts}) from error
    except AddressTaken as error:
        raise AddressTaken(error.message, field="trunk_ip") from error


def save_trunk_address(*, address: TrunkAddress, user: User | None = None) -> TrunkAddress:
    """Save an address; raise AddressTaken, naming the owner to a `user` who may see it, where another overlaps."""
    with all_or_nothing(address):
        Customer.objects.select_for_update().filter(pk=address.customer_id).first()
        address.full_clean(validate_constraints=False)
        taken = overlapping_address(address.network, except_for=address.pk)
        if taken is not None:
            raise _address_taken(address, taken, user)
        trunk_address_saving.send(sender=TrunkAddress, address=address)
        save_object(address)
    return address


def _address_taken(address: TrunkAddress, taken: TrunkAddress, user: User | None) -> AddressTaken:
    values = {"network": address.network, "taken": taken.network, "owner": taken.customer}
    if taken.customer_id == address.customer_id:
        return AddressTaken(_("%(network)s overlaps this customer's %(taken)s.") % values, field="network")
    if user is not None and _may_see(user, taken.customer):
        return AddressTaken(_("%(network)s overlaps %(taken)s of %(owner)s.") % values, field="network")
    return AddressTaken(_("This address is, in whole or in part, already that of another customer."), field="network")


def _may_see(user: User, customer: Customer) -> bool:
    visible = Customer.objects.visible_to(user).filter(pk=customer.pk)
    return user.has_perm("customers.view_customer") and visible.exists()


def save_extension(*, extension: Extension) -> Extension:
    """Save an extension; the customer is locked, so that its type cannot change in between."""
    with all_or_nothing(extension):
        Customer.objects.select_for_update().filter(pk=extension.customer_id).first()
        return save_object(extension)


def rotate_extension_secret(*, extension: Extension) -> Extension:
    """Give an extension a new secret; its phones are refused until they have it."""
    with all_or_nothing(extension):
        extension.secret = generate_sip_secret()
        extension.save(update_fields=["secret", "updated_at"])
    return extension
