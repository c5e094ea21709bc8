"""Tariffs of before, read anew: what the migration makes of them, and what it tells."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from voipadmin.core.models import Alarm, new_id

BEFORE, AFTER = ("billing", "0022_decks_with_hours_and_ends"), ("billing", "0024_read_tariffs_of_codes")
WRITTEN = {
    "190": ("190", "code"),
    "0800": ("0800", "code"),
    "55800": ("0800", "code"),
    "4004": ("4004", "code"),
    "1": ("1", "number"),
    "911": ("911", "number"),
    "_55ZZ9XXXXXXXX": ("_55ZZ9XXXXXXXX", "number"),
    # Without the country code it is of Spain and France as well: it stays as it is, and is reported.
    "_ZZ9XXXXXXXX": ("_ZZ9XXXXXXXX", "number"),
}


@pytest.fixture
def _before(transactional_db: None) -> Iterator[None]:
    MigrationExecutor(connection).migrate([BEFORE])
    # What the command tells is compared in the language of the source, whatever was tested before.
    with translation.override("en"):
        yield
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def tariff(apps: Any, pattern: str, *, day: int) -> None:
    """Write a tariff as the release before did."""
    now = datetime(2026, 1, day, tzinfo=UTC)
    apps.get_model("billing", "Tariff").objects.create(
        id=new_id(), created_at=now, updated_at=now, pattern=pattern, name=pattern, price_per_minute=Decimal(1),
        currency="BRL", effective_from=now,
    )  # fmt: skip


@pytest.mark.slow(seconds=2)
@pytest.mark.usefixtures("_before")
def test_tariffs_of_before_say_what_they_are_for_and_the_report_names_them() -> None:
    before = MigrationExecutor(connection).loader.project_state([BEFORE]).apps
    for day, pattern in enumerate(WRITTEN, start=1):
        tariff(before, pattern, day=day)
    MigrationExecutor(connection).migrate([AFTER])
    after = MigrationExecutor(connection).loader.project_state([AFTER]).apps.get_model("billing", "Tariff")
    found = {row.name: (row.pattern, row.matches) for row in after.objects.all()}
    assert found == WRITTEN
    told = StringIO()
    call_command("what_tariffs_match", "--seen", stdout=told)
    lines = told.getvalue().splitlines()
    assert [line for line in lines if line.startswith("  Tariff")] == [
        "  Tariff   0800", "  Tariff   190", "  Tariff   4004", "  Tariff   55800 -> 0800", "  Tariff   911",
        "  Tariff   _ZZ9XXXXXXXX",
    ]  # fmt: skip
    [line] = [line for line in lines if line.startswith("  _ZZ9XXXXXXXX: ")]
    assert "numbers of the world" in line
    assert "which are written _55ZZ9XXXXXXXX" in line
    assert not Alarm.objects.filter(kind="tariffs_for_codes", closed_at=None).exists()
