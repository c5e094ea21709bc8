from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError

from numbering.errors import NumbersExist, RangeRefused
from numbering.models import DID
from numbering.ranges import LARGEST_RANGE
from numbering.services import create_did_range
from routing.models import ProviderType
from tests.factories import DIDFactory, GatewayFactory, ProviderFactory
from voipadmin.core.signals import objects_changed

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


def test_a_range_is_created_in_one_step() -> None:
    gateway = GatewayFactory.create()
    created = create_did_range(
        first="551140001000",
        last="551140001099",
        provider=gateway.provider,
        gateway=gateway,
        monthly_cost=Decimal("1.5"),
    )
    assert [did.number for did in created] == [str(number) for number in range(551140001000, 551140001100)]
    stored = DID.objects.get(number="551140001099")
    assert (stored.gateway, stored.monthly_cost, stored.status) == (gateway, Decimal("1.5"), "free")


def test_a_range_with_a_number_that_exists_names_it_and_creates_none() -> None:
    DIDFactory.create(number="551140001005")
    DIDFactory.create(number="551140001007")
    with pytest.raises(NumbersExist, match="551140001005, 551140001007") as refusal:
        create_did_range(first="551140001000", last="551140001009", provider=ProviderFactory.create())
    assert refusal.value.numbers == ("551140001005", "551140001007")
    assert DID.objects.count() == 2


def test_a_number_with_more_digits_between_the_two_in_the_alphabet_is_no_obstacle() -> None:
    DIDFactory.create(number="5511400010051")
    create_did_range(first="551140001000", last="551140001009", provider=ProviderFactory.create())
    assert DID.objects.count() == 11


def test_only_the_first_ten_of_many_existing_numbers_are_named() -> None:
    provider = ProviderFactory.create()
    create_did_range(first="551140001000", last="551140001099", provider=provider)
    with pytest.raises(NumbersExist, match=r"100 numbers.*551140001009 …") as refusal:
        create_did_range(first="551140001000", last="551140001099", provider=provider)
    assert "551140001010" not in str(refusal.value)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("551140001009", "551140001000"),
        ("551140001000", "55114000100"),
        ("55114000100a", "551140001010"),
        ("551140001000", "5511400010²9"),
        ("551140000000", f"5511400{LARGEST_RANGE:05d}"),
    ],
)
def test_what_is_no_range_is_refused(first: str, last: str) -> None:
    with pytest.raises(RangeRefused):
        create_did_range(first=first, last=last, provider=ProviderFactory.create())
    assert not DID.objects.exists()


def test_the_largest_range_is_created() -> None:
    provider = ProviderFactory.create()
    created = create_did_range(first="551140000000", last=f"551140{LARGEST_RANGE - 1:06d}", provider=provider)
    assert len(created) == LARGEST_RANGE == DID.objects.count()


@pytest.mark.parametrize(("first", "last"), [("011400", "011499"), ("0" * 12, "0" * 11 + "9"), ("1" * 16, "1" * 16)])
def test_numbers_that_are_no_e164_are_refused(first: str, last: str) -> None:
    with pytest.raises(ValidationError):
        create_did_range(first=first, last=last, provider=ProviderFactory.create())


def test_a_gateway_of_another_provider_is_refused() -> None:
    with pytest.raises(ValidationError, match="another provider"):
        create_did_range(
            first="551140001000",
            last="551140001009",
            provider=ProviderFactory.create(),
            gateway=GatewayFactory.create(),
        )


def test_a_provider_that_only_terminates_has_no_numbers() -> None:
    with pytest.raises(ValidationError, match="no numbers"):
        create_did_range(
            first="551140001000",
            last="551140001009",
            provider=ProviderFactory.create(type=ProviderType.TERMINATION),
        )


def test_a_range_tells_those_who_watch_and_the_changelog() -> None:
    told: list[DID] = []

    def watch(objects: list[DID], **_kwargs: object) -> None:
        told.extend(objects)

    objects_changed.connect(watch, sender=DID)
    try:
        provider = ProviderFactory.create()
        create_did_range(first="551140001000", last="551140001001", provider=provider)
    finally:
        objects_changed.disconnect(watch, sender=DID)
    assert [did.number for did in told] == ["551140001000", "551140001001"]
    entry = LogEntry.objects.get_for_object(provider).latest("pk")
    assert entry.changes == {"dids": ["", "551140001000 – 551140001001 (2)"]}
