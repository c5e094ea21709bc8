from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.models import Tariff
from billing.rating.durations import rate_duration
from billing.tariffs.loader import load_tariffs
from billing.tariffs.services import save_tariff
from tests.billing.oracles import tariff_for
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


@pytest.mark.parametrize(
    "bands",
    ["5:1/60/1", "0:1/60", "0:1/0/1", "0:1/60/1 0:2/60/1", "0:1e9/60/1", "0:1001/60/1", "0:1/60/3601",
     " ".join(f"{start}:0.123456/60/1" for start in range(9))],
)  # fmt: skip
def test_bands_that_would_stop_every_import_are_refused(bands: str) -> None:
    with pytest.raises(ValidationError) as refused:
        save_tariff(tariff=TariffFactory.build(bands=bands))
    assert list(refused.value.message_dict) == ["bands"]


def test_bands_count_instead_of_price_and_block() -> None:
    tariff = save_tariff(tariff=TariffFactory.build(pattern="55", bands="0:0.40/60/30 60:0.20/60/10", free_seconds=0))
    priced = load_tariffs().match("551140001000", tariff.effective_from)
    assert priced is not None
    assert rate_duration(priced.sell, 85).amount == Decimal("0.50")
    assert priced.sell_text == "0:0.4/60/30 60:0.2/60/10, half_up 4"
