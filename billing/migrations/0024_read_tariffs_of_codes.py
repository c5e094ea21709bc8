"""Tariffs, buy rates and deck rows of before, read as `billing.rating.code_patterns` says: for numbers, or for codes.

What changed, what could mean both and what matches nothing any more is kept with an alarm, which
`manage.py what_tariffs_match` lists.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db import migrations

from billing.rating.code_patterns import intended
from billing.rating.key_patterns import compile_pattern
from billing.rating.pattern_readings import readings
from voipadmin.core.models import new_id
from voipadmin.core.numbers.countries import plan_of

MOST_KEPT = 500
# What two rows of one model differ in, beside the pattern and what it is for.
KEYS = {
    "Tariff": ("plan", "origin_prefix", "window", "effective_from"),
    "BuyRate": ("provider", "origin_prefix", "window", "effective_from"),
    "DeckRow": ("deck", "origin_prefix", "window", "begins"),
}


def read_again(apps, _editor):
    now = datetime.now(UTC)
    plan = plan_of(settings.DEFAULT_COUNTRY, now.date())
    report = {"changed": [], "unclear": [], "useless": []}
    for name, key in KEYS.items():
        model = apps.get_model("billing", name)
        rows = model.objects.filter(matches="number").order_by()
        for pattern in sorted(rows.values_list("pattern", flat=True).distinct()):
            found = intended(pattern, plan)
            same = rows.filter(pattern=pattern)
            if found.matches == "code":
                _say_code(same, model.objects.filter(pattern=found.pattern), found.pattern, key, now)
                kind = "changed"
            else:
                kind = _doubt(pattern, plan)
            if kind and name != "DeckRow":
                report[kind].append([name, pattern, found.pattern])
    if any(report.values()):
        details = {kind: len(lines) for kind, lines in report.items()}
        details["rows"] = {kind: lines[:MOST_KEPT] for kind, lines in report.items()}
        apps.get_model("core", "Alarm").objects.create(
            id=new_id(), kind="tariffs_for_codes", opened_at=now, last_seen_at=now, details=details
        )


def _say_code(rows, known, pattern, key, now):
    """Set what rows are for; where the code is there already under its own name, they stay as they were."""
    taken = set(known.values_list(*key)) if pattern != rows.values_list("pattern", flat=True).first() else set()
    free = [pk for pk, *values in rows.values_list("pk", *key) if tuple(values) not in taken]
    changed = {"updated_at": now} if hasattr(rows.model, "updated_at") else {}
    rows.filter(pk__in=free).update(matches="code", pattern=pattern, **changed)


def _doubt(pattern, plan):
    if len(readings(pattern, plan)) > 1:
        return "unclear"
    return "useless" if compile_pattern(pattern).is_empty else ""


class Migration(migrations.Migration):
    dependencies = [("billing", "0023_what_tariffs_match"), ("core", "0002_alarms")]

    operations = [migrations.RunPython(read_again, migrations.RunPython.noop)]
