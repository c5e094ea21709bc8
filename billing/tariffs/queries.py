"""Reads of tariffs: which lose money, which priced calls, what to warn of when one is saved."""

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models import Cdr, Tariff
from routing.models import Provider, ProviderType
from voipadmin.core.errors import Message


def loss_making_tariffs(tariffs: Any = None) -> Any:
    """Return those of `tariffs`, all where none are given, whose own cost is above the price of a minute."""
    tariffs = Tariff.objects.all() if tariffs is None else tariffs
    banded = tariffs.exclude(bands="").filter(cost_per_minute__isnull=False)
    losing = [tariff.pk for tariff in banded if tariff.price_of_a_minute < tariff.cost_per_minute]
    return tariffs.filter(Q(bands="", cost_per_minute__gt=F("price_per_minute")) | Q(pk__in=losing))


def providers_dearer_than(tariff: Tariff) -> list[Provider]:
    """Return the providers whose minutes cost more than `tariff` sells them for, where it names no cost itself."""
    if tariff.cost_per_minute is not None or tariff.price_per_minute is None:  # a form that was not filled in
        return []
    carriers = Provider.objects.exclude(type=ProviderType.ORIGINATION).filter(currency=tariff.currency)
    return list(carriers.filter(cost_per_minute__gt=tariff.price_of_a_minute).order_by("name"))


def tariff_priced_calls(tariff: Tariff) -> bool:
    """Tell whether any call was priced by `tariff`."""
    return bool(Cdr.objects.filter(tariff=tariff).exists())


def tariff_warnings(tariff: Tariff) -> list[Message]:
    """Return what a person should know before saving `tariff`: where it sells below cost."""
    warnings: list[Message] = []
    margin = tariff.margin_per_minute
    if margin is not None and margin < 0:
        warnings.append(_("This tariff loses money: each minute costs more than it is sold for."))
    warnings.extend(
        _("At %(provider)s a minute costs %(cost)s, more than it is sold for.")
        % {"provider": provider, "cost": provider.cost_per_minute.normalize()}
        for provider in providers_dearer_than(tariff)
    )
    return warnings
