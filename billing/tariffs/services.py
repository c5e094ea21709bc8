"""Writes of tariffs."""

from django.utils.translation import gettext_lazy as _

from billing.models import Tariff
from billing.tariffs.queries import tariff_priced_calls
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object, save_object


def save_tariff(*, tariff: Tariff) -> Tariff:
    """Validate and save `tariff`. Calls that it priced keep their prices: each record holds the rate applied to it.

    A tariff that sells below cost is saved, too; `billing.tariffs.queries.tariff_warnings` has the warning to show.
    """
    return save_object(tariff)


def delete_tariff(*, tariff: Tariff) -> None:
    """Delete `tariff`; raise InUse where calls were priced by it."""
    if tariff_priced_calls(tariff):
        raise InUse(_("Calls were priced by this tariff. Enter the moment at which it ends instead."))
    delete_object(tariff)
