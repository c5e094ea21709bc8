"""An object's fields as rows of its page: label, text and how to draw it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats
from django.utils.text import capfirst

from voipadmin.core.errors import Message
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.entities.entity import Entity, FieldGroup, Hint
from voipadmin.core.tables.badges import LOOKS, badge, yes_no
from voipadmin.core.tables.entity_table import currency_of, format_duration, format_moment
from voipadmin.core.tables.links import grouped_number, number_link, page_of
from voipadmin.core.text.decimals import format_amount, format_money
from voipadmin.core.viewer import Viewer


@dataclass(frozen=True)
class DetailRow:
    """One line of an object's page; `secret` names the field of a masked value."""

    label: Message
    value: Any
    url: str = ""
    mono: bool = False
    secret: str = ""


def detail_groups(entity: Entity[AnyModel], instance: AnyModel, user: Viewer) -> list[tuple[Message, list[DetailRow]]]:
    """Return the groups of an object's page, without what `user` may not see."""
    hidden = entity.hidden_from(user)
    return [(group.title, list(_rows(group, entity, instance, hidden))) for group in entity.field_groups]


def _rows(
    group: FieldGroup, entity: Entity[AnyModel], instance: AnyModel, hidden: Iterable[str]
) -> Iterable[DetailRow]:
    names = (name for name in group.fields if name not in hidden)
    return (detail_row(instance, name, entity.hints.get(name, Hint.PLAIN)) for name in names)


def detail_row(instance: models.Model, name: str, hint: Hint = Hint.PLAIN) -> DetailRow:
    """Return one field, property or method as a row; `hint` is for plain values, which neither link nor badge draws."""
    try:
        field = instance._meta.get_field(name)
    except FieldDoesNotExist:
        return _computed_row(instance, name, hint)
    label = capfirst(str(getattr(field, "verbose_name", name)))
    value = getattr(instance, name)
    if isinstance(field, EncryptedTextField):
        return DetailRow(label, bool(value), secret=name)
    if getattr(field, "choices", None):
        word = getattr(instance, f"get_{name}_display")()
        return DetailRow(label, badge(value, word) if str(value) in LOOKS else word)
    if isinstance(value, models.Model):
        # A DID is told by its number.
        return DetailRow(label, grouped_number(value), url=page_of(value))
    if isinstance(field, models.ManyToManyField):
        return DetailRow(label, ", ".join(str(item) for item in value.all()))
    # Fields of a time name its unit: `ring_seconds`, `post_dial_delay_ms`.
    if value is not None and name.endswith(("_seconds", "_ms")):
        return DetailRow(label, format_time(name, value))
    return DetailRow(label, _written(instance, name, value, hint), mono=bool(hint & (Hint.MONO | Hint.PHONE)))


def _written(instance: models.Model, name: str, value: Any, hint: Hint) -> Any:
    if value is None or value == "":
        return ""
    if Hint.PHONE in hint:
        return number_link(value)
    if Hint.DIGITS in hint:
        return str(value)
    currency = currency_of(instance, f"{name}_currency") or currency_of(instance, "currency")
    is_money = isinstance(value, Decimal) and currency and not name.endswith("_percent")
    return format_money(value, currency) if is_money else shown(value)


def _computed_row(instance: models.Model, name: str, hint: Hint) -> DetailRow:
    attribute = getattr(instance, name)
    value = attribute() if callable(attribute) else attribute
    described = getattr(type(instance), name, None)
    label = capfirst(str(getattr(described, "short_description", "") or name.replace("_", " ")))
    return DetailRow(label, _written(instance, name, value, hint), mono=bool(hint & (Hint.MONO | Hint.PHONE)))


def format_time(name: str, value: Any) -> str:
    """Write an exact time as minutes and seconds, a rounded one with its unit."""
    if name.endswith("_ms"):
        return f"{value} ms"
    return format_duration(value) if isinstance(value, Decimal) else f"{value} s"


def shown(value: Any) -> Any:
    """Return a bare value in the user's language."""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, int):
        return formats.localize(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else value
