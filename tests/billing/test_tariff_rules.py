from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.models import Tariff
from billing.queries import tariff_for
from billing.services import save_tariff
from tests.factories import TariffFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("plain", "plussed"), [("5511", "+5511"), ("_5511X.", "_+5511X.")])
def test_a_plus_makes_no_second_tariff_of_the_same_prefix(plain: str, plussed: str) -> None:
    first = TariffFactory.create(pattern=plain)
    with pytest.raises(ValidationError):
        save_tariff(tariff=TariffFactory.build(pattern=plussed, effective_from=first.effective_from))
    save_tariff(tariff=TariffFactory.build(pattern=plussed, effective_from=first.effective_from + timedelta(days=1)))
    assert set(Tariff.objects.values_list("pattern", flat=True)) == {plain}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"connect_fee": Decimal(-1)}, "tariff_fees_not_negative"),
        ({"minimum_charge": Decimal(-1)}, "tariff_fees_not_negative"),
        ({"decimals": 7}, "tariff_decimals_in_range"),
        ({"rounding": "nearest"}, "tariff_rounding_known"),
        ({"currency": "r$"}, "tariff_currency_is_iso"),
    ],
)
def test_the_database_refuses_a_tariff_that_would_stop_every_import(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TariffFactory.create(**values)


def test_a_tariff_holds_from_its_first_moment_until_just_before_its_end() -> None:
    old = TariffFactory.create(pattern="5511")
    change = old.effective_from + timedelta(days=100)
    old.effective_until = change
    old.save()
    new = TariffFactory.create(pattern="5511", effective_from=change)
    instant = timedelta(microseconds=1)
    assert tariff_for("551140001000", old.effective_from - instant) is None
    assert tariff_for("551140001000", old.effective_from) == old
    assert tariff_for("551140001000", change - instant) == old
    assert tariff_for("551140001000", change) == new
