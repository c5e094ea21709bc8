"""Filters of the audit log."""

from collections.abc import Callable
from datetime import date
from typing import Any

import django_filters
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from voipadmin.core.audit.described import ACTIONS
from voipadmin.core.audit.events import AuditEvent
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.users.audit import queries

DAY = {"type": "date"}
DAYS_WITHIN_REACH = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 30))]
LONGEST_ID = 64


def _actions() -> list[tuple[str, Any]]:
    writes = [(name, capfirst(str(_(ACTIONS[action])))) for name, action in queries.WRITES.items()]
    return [*writes, *((event.value, capfirst(str(event.label))) for event in AuditEvent)]


def _kinds() -> list[tuple[str, str]]:
    models: Any = auditlog.get_models()
    kinds = [(model._meta.label_lower, capfirst(str(model._meta.verbose_name))) for model in models]
    return sorted(kinds, key=lambda kind: kind[1])


def _address(text: str) -> None:
    try:
        queries.from_address(LogEntry.objects.none(), text)
    except ValueError as error:
        raise ValidationError(_("Type an address or a network, such as 203.0.113.7 or 203.0.113.0/24.")) from error


def _no_null(text: str) -> None:
    if "\0" in text:
        raise ValidationError(_("This sign is in no name."))


def _by(keep: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda _set, rows, _name, value: keep(rows, value)


class AuditFilterSet(EntityFilterSet):
    """Filters of the audit log, in terms of its indexes; days are those of the panel's clock."""

    q = django_filters.CharFilter(label=_("Object"), method="by_words", max_length=100, validators=[_no_null])
    who = django_filters.CharFilter(label=_("by whom"), method="by_whom", max_length=60, validators=[_no_null])
    action = django_filters.ChoiceFilter(label=_("action"), method="by_action", choices=_actions)
    kind = django_filters.ChoiceFilter(label=_("kind"), method="by_kind", choices=_kinds)
    address = django_filters.CharFilter(
        label=_("address"), method="by_address", max_length=LONGEST_ID, validators=[_address]
    )
    since = django_filters.DateFilter(
        label=_("from day"), method="by_since", widget=forms.DateInput(DAY, "%Y-%m-%d"), validators=DAYS_WITHIN_REACH
    )
    until = django_filters.DateFilter(
        label=_("to day"), method="by_until", widget=forms.DateInput(DAY, "%Y-%m-%d"), validators=DAYS_WITHIN_REACH
    )
    save = django_filters.CharFilter(
        method="by_save", max_length=LONGEST_ID, validators=[_no_null], widget=forms.HiddenInput
    )

    by_words = _by(queries.with_words)
    by_whom = _by(queries.by_whom)
    by_action = _by(queries.of_action)
    by_address = _by(queries.from_address)
    by_since = _by(queries.from_day)
    by_until = _by(queries.to_day)

    class Meta:
        model = LogEntry
        fields = ("q", "who", "action", "kind", "address", "since", "until", "save")

    def by_kind(self, rows: Any, _name: str, value: str) -> Any:
        """Keep what is about objects of a kind."""
        app_label, _dot, model = value.partition(".")
        return rows.filter(content_type=ContentType.objects.get_by_natural_key(app_label, model))

    def by_save(self, rows: Any, _name: str, value: str) -> Any:
        """Keep what one request or task did."""
        return rows.filter(cid=value)
