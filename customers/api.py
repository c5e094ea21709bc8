"""The REST API of customers, their trunk addresses and their extensions."""

import uuid
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema
from pydantic import Field

from customers import services
from customers.models import Customer, CustomerStatus, CustomerType, Extension, Transport, TrunkAddress
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output, Port, secret_field

ChannelLimit = Annotated[int, Field(ge=1, le=10_000)]
Notes = Annotated[str, Field(max_length=4000)]
StatementLanguage = Annotated[Literal["", "pt-br", "en"], Field(description="Empty: the installation's.")]


class CustomerIn(Input):
    """A customer; `trunk_ip` is the address of a trunk customer that has one (see trunk-addresses for more)."""

    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=120)]
    type: CustomerType = CustomerType.TRUNK
    status: CustomerStatus = CustomerStatus.ACTIVE
    trunk_ip: Annotated[str | None, Field(max_length=43, description="Empty: removed. Null: as it is.")] = None
    channel_limit: ChannelLimit = 10
    calls_per_second: Annotated[int, Field(ge=1, le=500)] = 5
    caller_id_number: Annotated[str, Field(max_length=15)] = ""
    home_area: Annotated[str, Field(max_length=5)] = ""
    contact_name: Annotated[str, Field(max_length=120)] = ""
    contact_email: Annotated[str, Field(max_length=254)] = ""
    contact_phone: Annotated[str, Field(max_length=21)] = ""
    legal_name: Annotated[str, Field(max_length=150)] = ""
    tax_number: Annotated[str, Field(max_length=30, description="In Brazil a CNPJ or CPF with its check digits.")] = ""
    street: Annotated[str, Field(max_length=200)] = ""
    district: Annotated[str, Field(max_length=80)] = ""
    city: Annotated[str, Field(max_length=80)] = ""
    state: Annotated[str, Field(max_length=60)] = ""
    postal_code: Annotated[str, Field(max_length=16)] = ""
    country: Annotated[str, Field(max_length=2, description="BR, AR; empty: the installation's own.")] = ""
    billing_email: Annotated[str, Field(max_length=254, description="Empty: `contact_email`.")] = ""
    payment_days: Annotated[int | None, Field(ge=0, le=365, description="Null: the installation's.")] = None
    statement_language: StatementLanguage = ""
    notes: Notes = ""


class CustomerOut(Output):
    """A customer."""

    hidden_from_customers: ClassVar = frozenset({"notes"})

    id: uuid.UUID
    code: str
    name: str
    type: CustomerType
    status: CustomerStatus
    trunk_ip: str | None
    channel_limit: int
    calls_per_second: int
    caller_id_number: str
    home_area: str
    contact_name: str
    contact_email: str
    contact_phone: str
    legal_name: str
    tax_number: str
    street: str
    district: str
    city: str
    state: str
    postal_code: str
    country: str
    billing_email: str
    payment_days: int | None
    statement_language: str
    notes: str | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_trunk_ip(customer: Customer) -> str | None:
        """Return the address that is tried first."""
        # As queries.primary_address orders them, from what `_with_addresses` has read for the whole page.
        addresses = sorted(customer.trunk_addresses.all(), key=lambda row: (row.priority, row.created_at, row.pk))
        return addresses[0].network if addresses else None


class CustomerFilters(FilterSchema):
    """What a list of customers may be narrowed by."""

    code: str | None = None
    type: CustomerType | None = None
    status: CustomerStatus | None = None
    search: Annotated[str | None, FilterLookup(["code__icontains", "name__icontains"])] = None


def _with_addresses(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    return customers.prefetch_related("trunk_addresses")


def _save_customer(customer: Customer, rest: dict[str, Any], user: Any) -> Customer:
    return services.save_customer(customer=customer, trunk_ip=rest.get("trunk_ip"), user=user)


class TrunkAddressIn(Input):
    """An address or network from which a trunk customer calls."""

    customer_id: uuid.UUID
    network: Annotated[str, Field(max_length=43)]
    port: Port = 5060
    transport: Transport = Transport.UDP
    receives_calls: bool = True
    priority: Annotated[int, Field(ge=0, le=32_767)] = 1


class TrunkAddressOut(Output):
    """An address or network of a trunk customer."""

    id: uuid.UUID
    customer_id: uuid.UUID
    network: str
    port: int
    transport: Transport
    receives_calls: bool
    priority: int
    created_at: datetime
    updated_at: datetime


class TrunkAddressFilters(FilterSchema):
    """What a list of trunk addresses may be narrowed by."""

    customer_id: uuid.UUID | None = None


def _save_trunk_address(address: TrunkAddress, _rest: dict[str, Any], user: Any) -> TrunkAddress:
    return services.save_trunk_address(address=address, user=user)


class ExtensionIn(Input):
    """An extension; its SIP user name and, where none is sent, its secret are generated."""

    customer_id: uuid.UUID
    extension: Annotated[str, Field(max_length=10, description="What colleagues dial.")]
    secret: str | None = secret_field("Generated where it is not sent.")
    caller_id_name: Annotated[str, Field(max_length=40)] = ""
    caller_id_number: Annotated[str, Field(max_length=15)] = ""
    home_area: Annotated[str, Field(max_length=5)] = ""
    codecs: Annotated[str, Field(max_length=100)] = "alaw,ulaw"
    max_contacts: Annotated[int, Field(ge=1, le=10)] = 1
    forward_to: Annotated[str, Field(max_length=21)] = ""
    enabled: bool = True


class ExtensionOut(Output):
    """An extension, without its secret."""

    id: uuid.UUID
    customer_id: uuid.UUID
    extension: Annotated[str, Field(validation_alias="number")]
    sip_username: str
    caller_id_name: str
    caller_id_number: str
    home_area: str
    codecs: str
    max_contacts: int
    forward_to: str
    enabled: bool
    created_at: datetime
    updated_at: datetime


class ExtensionCreated(ExtensionOut):
    """A new extension, or one whose secret was rotated: the one answer that shows the secret."""

    secret: str


class ExtensionFilters(FilterSchema):
    """What a list of extensions may be narrowed by."""

    customer_id: uuid.UUID | None = None
    extension: Annotated[str | None, FilterLookup("number")] = None
    enabled: bool | None = None
    search: Annotated[
        str | None, FilterLookup(["number__icontains", "caller_id_name__icontains", "sip_username__icontains"])
    ] = None


def _save_extension(extension: Extension, _rest: dict[str, Any], _user: Any) -> Extension:
    return services.save_extension(extension=extension)


customers = Resource(
    model=Customer,
    tag="customers",
    read=CustomerOut,
    write=CustomerIn,
    filters=CustomerFilters,
    ordering=("code", "name", "created_at", "updated_at"),
    default_ordering="code",
    prepare=_with_addresses,
    save=_save_customer,
)
trunk_addresses = Resource(
    model=TrunkAddress,
    tag="trunk_addresses",
    read=TrunkAddressOut,
    write=TrunkAddressIn,
    filters=TrunkAddressFilters,
    ordering=("priority", "created_at"),
    default_ordering="created_at",
    save=_save_trunk_address,
)
extensions = Resource(
    model=Extension,
    tag="extensions",
    read=ExtensionOut,
    write=ExtensionIn,
    created=ExtensionCreated,
    columns={"extension": "number"},
    filters=ExtensionFilters,
    ordering=("extension", "created_at", "updated_at"),
    default_ordering="extension",
    save=_save_extension,
)

customers_router = crud_router(customers)
trunk_addresses_router = crud_router(trunk_addresses)
extensions_router = crud_router(extensions)
ROUTERS = {
    "customers": customers_router,
    "trunk-addresses": trunk_addresses_router,
    "extensions": extensions_router,
}


@extensions_router.post(
    f"{ONE}/rotate-secret",
    response=ExtensionCreated,
    auth=Needs("customers.change_extension"),
    operation_id="rotate_extension_secret",
)
def rotate_extension_secret(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the name in the path
    """Replace the secret by a new one and return it, once; the phone must be told."""
    with domain_call():
        extension = find(extensions, request.user, id, lock=True)
        return extensions.shown(services.rotate_extension_secret(extension=extension), request.user, ExtensionCreated)
