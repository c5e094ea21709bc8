"""What import-linter cannot see: foreign keys, also those that are written as strings, point downwards only."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

FLOORS = ["core", "users", "customers", "routing", "numbering", "billing", "asterisk_sync", "reports"]


def upward(source: type[models.Model], target: type[models.Model]) -> bool:
    ours = {source._meta.app_label, target._meta.app_label} <= set(FLOORS)
    return ours and FLOORS.index(source._meta.app_label) < FLOORS.index(target._meta.app_label)


def references() -> list[tuple[type[models.Model], type[models.Model], str]]:
    """Return (model, what it points to, field) of every relation that a model of ours declares."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            related = field.related_model
            if isinstance(related, type):
                found.append((model, related, field.name))
    return found


# Rows in their millions that belong to an object and that no address names: a counter is half as large.
ROWS = {
    "billing.DeckRow",
    "billing.EndedRate",
    "billing.ReratingDifference",
    "billing.ReratedCall",
    "billing.PastRating",
    "core.AuditLink",
    "core.InstallationLogo",
    "billing.StatementSeries",
    "billing.StatementPart",
    "reports.SummedDay",
    "reports.TrafficDay",
    "core.OperatorRange",
    "reports.TrafficHour",
    "reports.UncountedQuarter",
}


def test_no_relation_points_to_an_app_above() -> None:
    climbing = [f"{m._meta.label}.{name} -> {r._meta.label}" for m, r, name in references() if upward(m, r)]
    assert climbing == []


def test_the_walk_sees_relations_and_would_tell() -> None:
    seen = {(model._meta.label, target._meta.label) for model, target, _name in references()}
    assert {("numbering.DID", "routing.Gateway"), ("routing.Route", "customers.Customer")} <= seen
    assert upward(apps.get_model("customers.Customer"), apps.get_model("numbering.DID"))
    assert not upward(apps.get_model("numbering.DID"), apps.get_model("customers.Customer"))


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(settings.BASE_DIR)}
    ours -= {config.label for config in apps.get_app_configs() if "site-packages" in config.path}
    assert ours == set(FLOORS)


def test_every_model_that_can_be_addressed_has_a_uuid_key() -> None:
    for label in FLOORS:
        for model in apps.get_app_config(label).get_models():
            key = model._meta.pk
            if isinstance(key, models.OneToOneField):
                key = key.target_field
            assert isinstance(key, models.UUIDField) or model._meta.label in ROWS, model._meta.label
