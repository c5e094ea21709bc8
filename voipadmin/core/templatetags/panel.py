"""Tags and filters of the panel's templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message as Toast
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from voipadmin.core.audit.described import Change
from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import widget_class
from voipadmin.core.numbers.labels import KIND_LABELS, REASON_LABELS
from voipadmin.core.numbers.number import NumberKind, Unreadable
from voipadmin.core.pages.toasts import Undoing, undoing_of
from voipadmin.core.tables import badges, entity_table, links
from voipadmin.core.text.decimals import decimals_of, format_amount, format_fixed, format_money

register = template.Library()
PRICE_PLACES = 4


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Draw an icon that screen readers skip."""
    return badges.icon(name, size)


@register.simple_tag
def badge(value: Any, label: Any) -> SafeString:
    """Draw a state as colour, icon and word."""
    return badges.badge(value, label)


@register.simple_tag
def page_address(change: Change) -> str:
    """Return the address of the page of what an entry of the changelog is about; empty where there is none any more."""
    return links.page_of(change.model(pk=change.subject_key)) if change.model is not None and change.is_there else ""


@register.filter
def undoing(message: Toast) -> Undoing | None:
    """Return how what a toast tells of is undone; None where it is not."""
    return undoing_of(message)


@register.filter
def yes_no(value: object) -> SafeString:
    """Draw a truth value."""
    return badges.yes_no(value)


@register.filter
def amount(value: Decimal | None, places: int = 2) -> str:
    """Write an amount in the user's language; a dash where there is none."""
    return "—" if value is None else format_amount(Decimal(value), places)


@register.filter
def money(value: Decimal | None) -> str:
    """Write an amount with two decimals."""
    return "—" if value is None else format_fixed(Decimal(value))


@register.filter
def in_currency(value: Decimal | None, currency: str) -> str:
    """Write an amount with its currency, such as `R$ 1.250,50`; a dash where there is none."""
    return "—" if value is None else format_money(Decimal(value), currency)


@register.filter
def in_cents(value: Decimal | None, currency: str) -> str:
    """Write a sum with its currency and two decimals; a dash where there is none."""
    return "—" if value is None else format_money(Decimal(value), currency, decimals_of(currency))


@register.filter
def priced(value: Decimal | None, currency: str) -> str:
    """Write a price, or what a call came to, with its currency and four decimals; a dash where there is none."""
    return "—" if value is None else format_money(Decimal(value), currency, PRICE_PLACES)


@register.filter
def phone(value: object) -> Any:
    """Draw a number of E.164 in groups; it is copied as digits. What is no such number stays as it is."""
    return links.grouped_number(value)


@register.filter
def number_link(value: object) -> SafeString:
    """Draw a number as a link to its page; what is no number stays as it is."""
    return links.number_link(value)


@register.simple_tag
def number_as(number: object, shown: object) -> SafeString:
    """Draw a number as it is shown, as a link to its page; without a number, by what is shown."""
    return links.number_link(number or shown, links.grouped_number(shown))


@register.filter
def number_kind(value: NumberKind) -> Message:
    """Say what kind of number it is."""
    return KIND_LABELS[value]


@register.filter
def number_reason(value: Unreadable) -> Message:
    """Say why digits are no number."""
    return REASON_LABELS[value]


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment on the panel's clock; a dash where there is none."""
    return entity_table.format_moment(value) if value else "—"


@register.filter
def duration(seconds: Any) -> str:
    """Write seconds as minutes and seconds."""
    return "—" if seconds is None else entity_table.format_duration(seconds)


WIDGET_KINDS = {
    "CheckboxInput": "checkbox",
    "Textarea": "wide",
    "SelectMultiple": "wide",
    "PickManyInput": "wide",
    "CheckboxSelectMultiple": "wide",
}


@register.filter
def kind(field: BoundField) -> str:
    """Return the kind of a field's widget, such as `checkbox`, `select` or `textarea`."""
    return WIDGET_KINDS.get(type(field.field.widget).__name__, "plain")


@register.simple_tag
def described(field: BoundField) -> SafeString:
    """Draw a field's widget, tied to its help and its errors for screen readers."""
    ids: list[str] = []
    attrs: dict[str, Any] = {}
    if field.help_text:
        ids.append(f"{field.auto_id}-help")
    if field.errors:
        ids.append(f"{field.auto_id}-error")
        css = field.field.widget.attrs.get("class", "")
        attrs = {"aria-invalid": "true", "class": f"{css} is-invalid"}
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    return field.as_widget(attrs=attrs)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return this page's address with some parameters replaced; None takes one out."""
    request: HttpRequest = context["request"]
    parameters = request.GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = str(value)
    return f"{request.path}?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def query_of(context: dict[str, Any], name: str, value: Any) -> str:
    """Return this page's address with one parameter, named at run time, replaced, on its first page."""
    return query(context, **{name: value, "page": None})


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """Return what a mapping has under a key, or None."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def in_section(context: dict[str, Any], prefix: str, apart: str = "") -> bool:
    """Tell whether the page is one of those under `prefix`, which may also be the start page, and not under `apart`."""
    request: HttpRequest | None = context.get("request")
    if request is None or (apart and request.path.startswith(apart)):
        return False
    return request.path == prefix if prefix == "/" else request.path.startswith(prefix)


@register.simple_tag
def url_if_any(name: str, *args: Any) -> str:
    """Return the address of a page, or nothing where this installation does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.filter
def first_words(items: Sequence[Any], count: int) -> str:
    """Write the first items, and how many more there are."""
    return entity_table.first_of([str(item) for item in items], count)


@register.filter
def initials(name: str) -> str:
    """Return up to two initials of a name."""
    return "".join(word[0] for word in name.split()[:2]) or "?"


@register.simple_tag
def styled(field: BoundField) -> BoundField:
    """Give the widget of a foreign form its class."""
    field.field.widget.attrs["class"] = widget_class(field.field.widget)
    field.field.widget.attrs.pop("placeholder", None)
    return field
