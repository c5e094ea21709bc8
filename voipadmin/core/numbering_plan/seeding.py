"""The first rows of a country's plan: those that the product brings, so that they can be seen and changed."""

from typing import Any

from django.apps import apps as apps_of_today
from django.apps.registry import Apps
from django.conf import settings
from django.db import transaction

from voipadmin.core.models import ReadAs
from voipadmin.core.numbering_plan.queries import MODELS
from voipadmin.core.numbers import brazil
from voipadmin.core.numbers.countries import built_in_tables
from voipadmin.core.numbers.tables import Dated


def seed_plan(apps: Apps = apps_of_today, **_signal: Any) -> None:
    """Write the rows of the installation's country where it has none; called after each migration.

    `apps` are the models of the migrated state, which may be older than the code. A flush names none.
    """
    region = settings.DEFAULT_COUNTRY
    try:
        rules, codes, ranges = (apps.get_model("core", model.__name__).objects for model in MODELS)
    except LookupError:
        return
    with transaction.atomic():
        if any(rows.filter(region=region).exists() for rows in (rules, codes, ranges)):
            return
        tables = built_in_tables(region)
        rules.bulk_create(rules.model(**row) for row in _dialing_rules(region))
        codes.bulk_create(
            codes.model(kind=row.kind.value, barred=row.is_barred, **_common(region, row)) for row in tables.codes
        )
        ranges.bulk_create(ranges.model(kind=row.kind.value, **_common(region, row)) for row in tables.ranges)


def _dialing_rules(region: str) -> list[dict[str, Any]]:
    rules = [
        {"read_as": row.read_as.value, "strip_digits": row.strip, **_common(region, row)}
        for row in built_in_tables(region).dial_rules
    ]
    if region == brazil.REGION:
        row = brazil.CARRIER_ABROAD
        switched_off = {"read_as": ReadAs.CARRIER_ABROAD.value, "strip_digits": row.strip, "enabled": False}
        rules.append({**switched_off, **_common(region, row)})
    return rules


def _common(region: str, row: Dated) -> dict[str, Any]:
    return {
        "region": region,
        "pattern": row.pattern,
        "name": row.name,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
