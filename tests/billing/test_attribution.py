"""Whose call a record is, and at what price it is imported."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.files.spool_import import ImportSummary, SpoolImporter
from billing.models import Cdr, Direction
from numbering.models import DIDAllocation
from tests.billing import importing
from tests.billing.spool_lines import START, PlainLine, failed, spool_line
from tests.factories import (
    CustomerFactory,
    DIDAllocationFactory,
    ExtensionFactory,
    GatewayFactory,
    RouteFactory,
    TariffFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    path = tmp_path / "voipadmin.csv"
    path.write_bytes(b"".join(spool_line() for _ in range(5)))
    return path


import_file = partial(importing.import_file, batch_lines=2)


def test_a_record_is_attributed_by_the_ids_that_the_dialplan_wrote(tmp_path: Path) -> None:
    customer, gateway, route = CustomerFactory.create(), GatewayFactory.create(), RouteFactory.create()
    did = DIDAllocationFactory.create(customer=customer).did
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"), cost_per_minute=Decimal("0.04"))
    path = tmp_path / "spool.csv"
    path.write_bytes(
        spool_line(va_customer=customer.pk, va_gateway=gateway.pk, va_route=route.pk, va_did=did.pk, va_attempt=1)
    )
    import_file(path)
    record = Cdr.objects.get()
    assert (record.customer, record.gateway, record.route, record.did) == (customer, gateway, route, did)
    assert (record.price, record.cost, record.margin) == (Decimal("0.10"), Decimal("0.04"), Decimal("0.06"))
    assert record.started_at.microsecond == 4490
    assert record.billed_seconds == 60


def test_an_object_that_was_deleted_meanwhile_leaves_nothing_and_is_no_error(tmp_path: Path) -> None:
    gone = CustomerFactory.create(code="ACME")
    path = tmp_path / "spool.csv"
    path.write_bytes(spool_line(va_customer=gone.pk, accountcode="ACME"))
    gone.delete()
    CustomerFactory.create(code="ACME")
    import_file(path)
    record = Cdr.objects.get()
    assert (record.customer, record.account_code) == (None, "ACME")


def test_a_customer_deleted_while_the_batch_is_written_leaves_nothing(spool: Path) -> None:
    attempts = []

    def fails_once(importer: SpoolImporter, file: SpoolFile) -> ImportSummary:
        attempts.append(1)
        if len(attempts) == 1:
            raise IntegrityError("foreign key")
        return unpatched(importer, file)

    unpatched = SpoolImporter._import_batch
    with patch.object(SpoolImporter, "_import_batch", fails_once):
        assert import_file(spool).imported == 5


@pytest.mark.parametrize(
    ("channel", "dstchannel", "direction"),
    [
        ("PJSIP/ACME-00000001", "PJSIP/GW_Vivo-00000002", Direction.OUTBOUND),
        ("PJSIP/trunk.Acme-00000001", "PJSIP/GW_Vivo-00000002", Direction.OUTBOUND),
        ("PJSIP/GW_Vivo-00000001", "PJSIP/ACME-00000002", Direction.INBOUND),
        ("PJSIP/u0123456789abcde-00000001", "PJSIP/ufedcba987654321-00000002", Direction.INTERNAL),
        ("PJSIP/u0123456789abcde-00000001", "", Direction.UNKNOWN),
        ("Local/x@y-00000001;1", "DAHDI/1-1", Direction.UNKNOWN),
    ],
)
def test_without_ids_channels_account_and_number_tell(
    tmp_path: Path, channel: str, dstchannel: str, direction: str
) -> None:
    GatewayFactory.create(name="GW_Vivo")
    extension = ExtensionFactory.create(sip_username="u0123456789abcde")
    ExtensionFactory.create(sip_username="ufedcba987654321")
    acme = CustomerFactory.create(code="Acme")
    did = DIDAllocationFactory.create(customer=acme, did__number="551140001000").did
    path = tmp_path / "spool.csv"
    path.write_bytes(spool_line(channel=channel, dstchannel=dstchannel, dst="01140001000", va_direction=""))
    DIDAllocation.objects.update(starts_at=timezone.now() - timedelta(days=3650))
    import_file(path)
    record = Cdr.objects.get()
    assert record.direction == direction
    customers = {Direction.OUTBOUND: acme, Direction.INBOUND: acme, Direction.INTERNAL: extension.customer}
    expected = customers.get(Direction(direction), extension.customer if "u0123456789abcde" in channel else None)
    assert record.customer == expected
    assert (record.gateway is not None) == (direction in {Direction.OUTBOUND, Direction.INBOUND})
    assert record.did == (did if direction == Direction.INBOUND else None)


def test_the_account_code_names_the_customer_whatever_its_case(tmp_path: Path) -> None:
    acme = CustomerFactory.create(code="Acme")
    path = tmp_path / "spool.csv"
    path.write_bytes(spool_line(accountcode="ACME"))
    import_file(path)
    assert Cdr.objects.get().customer == acme


def test_a_plain_master_csv_is_imported_attributed_and_priced(tmp_path: Path) -> None:
    acme, gateway = CustomerFactory.create(code="ACME"), GatewayFactory.create(name="GW_Vivo")
    tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
    path = tmp_path / "Master.csv"
    path.write_bytes(bytes(PlainLine()) * 2)
    assert import_file(path) == ImportSummary(2, 1, 1, 0, path.stat().st_size)
    record = Cdr.objects.get()
    assert (record.customer, record.gateway, record.tariff) == (acme, gateway, tariff)
    assert (record.direction, record.price) == (Direction.OUTBOUND, Decimal("0.10"))


def test_the_tariff_in_force_when_it_was_answered_prices_the_call(tmp_path: Path) -> None:
    answered = datetime.fromtimestamp(START + 5, tz=UTC)
    older = TariffFactory.create(pattern="55", effective_from=answered - timedelta(days=1))
    newer = TariffFactory.create(pattern="55", effective_from=answered)
    path = tmp_path / "spool.csv"
    path.write_bytes(spool_line() + failed())
    import_file(path)
    assert Cdr.objects.get(answered_at__isnull=False).tariff == newer
    unanswered = Cdr.objects.get(answered_at__isnull=True)
    assert (unanswered.tariff, unanswered.price, unanswered.billed_seconds) == (older, Decimal(0), 0)


def test_a_tariff_that_is_saved_between_two_batches_is_seen(spool: Path) -> None:
    importer = SpoolImporter("pbx1", batch_lines=2)
    with SpoolFile(spool) as file:
        importer.import_batch(file)
        tariff = TariffFactory.create(pattern="55")
        importer.import_batch(file)
        Cdr.objects.filter(tariff=tariff).update(tariff=None)
        tariff.delete()
        importer.import_batch(file)
    assert Cdr.objects.unrated().count() == 3
    assert Cdr.objects.exclude(matched_pattern="").count() == 2
