"""The tariffs of the database as the index that prices calls."""

from datetime import datetime

from django.db.models import Count, Max

from billing.call_rating import Cadence, PricedTariff
from billing.models import Tariff
from billing.tariff_matching import TariffIndex


def priced_tariff(tariff: Tariff) -> PricedTariff:
    """Return what `tariff` says, frozen."""
    cadence = Cadence(
        tariff.initial_block_seconds,
        tariff.increment_seconds,
        tariff.free_seconds,
        tariff.rounding,
        tariff.decimals,
    )
    sell = cadence.rate(tariff.price_per_minute, connect_fee=tariff.connect_fee, minimum_charge=tariff.minimum_charge)
    return PricedTariff(
        id=tariff.pk,
        pattern=tariff.pattern,
        effective_from=tariff.effective_from,
        effective_until=tariff.effective_until,
        currency=tariff.currency,
        cadence=cadence,
        sell=sell,
        buy=None if tariff.cost_per_minute is None else cadence.rate(tariff.cost_per_minute),
        sell_text=str(sell),
    )


def load_tariffs() -> TariffIndex[PricedTariff]:
    """Read all tariffs, ended ones too: a call is priced by what was in force when it was answered."""
    return TariffIndex(map(priced_tariff, Tariff.objects.all()))


class CurrentTariffs:
    """The index, read again when a tariff was added, changed or removed."""

    def __init__(self) -> None:
        self._seen: tuple[int, datetime | None] | None = None
        self._index: TariffIndex[PricedTariff] = TariffIndex(())

    def index(self) -> TariffIndex[PricedTariff]:
        """Return the index as of now."""
        state = Tariff.objects.aggregate(count=Count("pk"), changed=Max("updated_at"))
        seen = (state["count"], state["changed"])
        if seen != self._seen:
            self._index, self._seen = load_tariffs(), seen
        return self._index
