"""The REST API of tariffs."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from ninja import FilterLookup, FilterSchema
from pydantic import Field

from billing.models import Rounding, Tariff, TariffMatches
from billing.tariffs import services
from billing.tariffs.pattern_meaning import meaning_where_readable
from voipadmin.core.api.crud import crud_router
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Amount, Currency, Input, Moment, Output

TOLD = "matches"
Block = Annotated[int, Field(ge=1, le=3600)]


class TariffIn(Input):
    """What calls to a destination cost and sell for; a tariff without a name is named after its pattern."""

    pattern: Annotated[str, Field(max_length=60)]
    matches: Annotated[
        TariffMatches | None,
        Field(
            description="Numbers of the world, or codes of the country. Null: as it is, or as the numbering plan reads"
            " the pattern; one that can be several things, such as 190, is refused with all of them."
        ),
    ] = None
    name: Annotated[str, Field(max_length=120)] = ""
    plan_id: Annotated[uuid.UUID | None, Field(description="Null: for all customers.")] = None
    origin_prefix: Annotated[str, Field(max_length=15, pattern=r"^[0-9]*$")] = ""
    window_id: Annotated[uuid.UUID | None, Field(description="Null: at any time.")] = None
    cost_per_minute: Annotated[Amount | None, Field(description="Null: the provider's.")] = None
    price_per_minute: Amount
    bands: Annotated[str, Field(max_length=80, description="Instead of price and blocks.")] = ""
    connect_fee: Amount = Decimal(0)
    minimum_charge: Amount = Decimal(0)
    initial_block_seconds: Block = 30
    increment_seconds: Block = 6
    free_seconds: Annotated[int, Field(ge=0, le=3600)] = 3
    currency: Currency = settings.DEFAULT_CURRENCY
    rounding: Rounding = Rounding.HALF_UP
    decimals: Annotated[int, Field(ge=0, le=6)] = 4
    effective_from: Annotated[Moment | None, Field(description="Null: now, or as it is.")] = None
    effective_until: Moment | None = None


class TariffOut(Output):
    """What calls to a destination cost and sell for."""

    id: uuid.UUID
    pattern: str
    matches: TariffMatches
    name: str
    plan_id: uuid.UUID | None
    origin_prefix: str
    window_id: uuid.UUID | None
    cost_per_minute: Decimal | None
    price_per_minute: Decimal
    bands: str
    connect_fee: Decimal
    minimum_charge: Decimal
    initial_block_seconds: int
    increment_seconds: int
    free_seconds: int
    currency: str
    rounding: Rounding
    decimals: int
    effective_from: datetime
    effective_until: datetime | None
    created_at: datetime
    updated_at: datetime


class TariffFilters(FilterSchema):
    """What a list of tariffs may be narrowed by."""

    pattern: str | None = None
    matches: TariffMatches | None = None
    plan_id: uuid.UUID | None = None
    window_id: uuid.UUID | None = None
    currency: Currency | None = None
    effective_at: Moment | None = None
    search: Annotated[str | None, FilterLookup(["pattern__icontains", "name__icontains"])] = None

    def filter_effective_at(self, value: datetime | None) -> Q:
        """Narrow to the tariffs in force at a moment."""
        if value is None:
            return Q()
        return Q(effective_from__lte=value) & (Q(effective_until=None) | Q(effective_until__gt=value))


def _save_tariff(tariff: Tariff, rest: dict[str, Any], _user: Any) -> Tariff:
    stored = Tariff.objects.filter(pk=tariff.pk).first()
    if rest.get(TOLD):
        tariff.matches = rest[TOLD]
    elif stored is None or stored.pattern != tariff.pattern:
        tariff.pattern, tariff.matches = meaning_where_readable(tariff.pattern)
    tariff.name = tariff.name or name_of_pattern(tariff.pattern)
    tariff.effective_from = tariff.effective_from or (stored.effective_from if stored else timezone.now())
    return services.save_tariff(tariff=tariff)


def _delete_tariff(tariff: Tariff) -> None:
    services.delete_tariff(tariff=tariff)


def name_of_pattern(pattern: str) -> str:
    """Return a name that a tariff can bear: `_55[2-5]X.` becomes `55(2-5)X.`."""
    return pattern.removeprefix("_").removesuffix("!").replace("[", "(").replace("]", ")")


tariffs_router = crud_router(
    Resource(
        model=Tariff,
        tag="tariffs",
        # No column: what was not told is read, and what was told before stays only while the pattern does.
        columns={TOLD: "told"},
        read=TariffOut,
        write=TariffIn,
        filters=TariffFilters,
        ordering=("pattern", "name", "price_per_minute", "effective_from", "created_at", "updated_at"),
        default_ordering="pattern",
        save=_save_tariff,
        delete=_delete_tariff,
    )
)
