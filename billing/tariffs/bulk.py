"""What can be done with many tariffs at once."""

from billing.models import Tariff
from billing.tariffs.forms import TariffForm
from billing.tariffs.services import delete_tariff, save_tariff
from voipadmin.core.pages.entities.bulk_actions import delete_each, edit_fields


def _save_tariff(tariff: Tariff) -> Tariff:
    return save_tariff(tariff=tariff)


def _delete_tariff(tariff: Tariff) -> None:
    delete_tariff(tariff=tariff)


TARIFF_ACTIONS = (
    edit_fields(
        TariffForm,
        ("price_per_minute", "cost_per_minute", "initial_block_seconds", "increment_seconds", "connect_fee",
         "minimum_charge", "effective_until"),
        save=_save_tariff,
    ),
    delete_each(_delete_tariff),
)  # fmt: skip
