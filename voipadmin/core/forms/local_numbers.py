"""Numbers in forms, typed as people write them in their language, and told back as they were read.

No input of type `number`: it drops a comma where the browser's own language is English, without a word.
"""

from collections.abc import MutableMapping
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.sheets.cells import is_of_currency
from voipadmin.core.text.decimals import (
    NotANumber,
    decimal_sign,
    format_money,
    readings_of,
    without_currency,
    write_decimal,
)
from voipadmin.core.text.grammar import CURRENCY

MONEY_DECIMALS = 2
EXAMPLE = Decimal("1250.5")
UNITS: dict[str, Message] = {
    "": "%(amount)s",
    "per_minute": _("%(amount)s per minute"),
    "per_hour": _("%(amount)s per hour"),
    "per_day": _("%(amount)s per day"),
    "per_month": _("%(amount)s per month"),
}
_UNIT_OF_ENDING = {"_per_minute": "per_minute"}
_UNIT_OF_BEGINNING = {"hourly_": "per_hour", "daily_": "per_day", "monthly_": "per_month"}


def unit_of(name: str) -> str:
    """Return the unit, a key of UNITS, that the name of a field says: `per_minute` for `price_per_minute`."""
    ending = (unit for end, unit in _UNIT_OF_ENDING.items() if name.endswith(end))
    beginning = (unit for begin, unit in _UNIT_OF_BEGINNING.items() if name.startswith(begin))
    return next(ending, "") or next(beginning, "")


def currency_of(form: Any) -> str:
    """Return the code of the currency of a form's amounts: of its field, its object or the form; empty if unknown."""
    if "currency" in form.fields:
        code = form["currency"].value()
    else:
        code = getattr(getattr(form, "instance", None), "currency", "") or getattr(form, "currency", "")
    return str(code) if code and CURRENCY.has_shape(str(code)) and str(code).isupper() else ""


class DecimalInput(forms.TextInput):
    """A line of text for a decimal number; a script says below it how it is read while it is typed."""

    class Media:
        js = ("js/decimals.js",)


class DecimalBoundField(BoundField):
    """A decimal number of a form, drawn with what it was read as."""

    field: "LocalDecimalField"

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> SafeString:
        """Draw the input, and what its content is read as."""
        drawn = widget or self.field.widget
        if drawn.is_hidden or only_initial or not self.auto_id:
            return super().as_widget(widget, attrs, only_initial)
        echo_id = f"{self.auto_id}-echo"
        attrs = {**(attrs or {}), "data-reading": self.field.reading_url(), "data-currency": self.field.currency}
        attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} {echo_id}".strip()
        text = "" if self.errors else self.field.echo(self.value())
        output = '{}<output class="echo" id="{}" for="{}">{}</output>'
        return format_html(output, super().as_widget(widget, attrs), echo_id, self.auto_id, text)


class LocalDecimalField(forms.DecimalField):
    """A decimal number, typed as people write it in their language.

    What can be two numbers is read as the one that the field's own limits leave, and refused with both where they
    leave both or none. `unit` is a key of UNITS; the currency is that of the form.
    """

    widget = DecimalInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Enter a number, such as %(example)s."),
        "ambiguous": _("“%(value)s” can mean %(grouped)s or %(decimal)s. Write %(plain)s or %(decimal)s."),
        "currency": _("This amount is in %(currency)s. Leave “%(named)s” out."),
    }

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit
        self.currency = ""

    def get_bound_field(self, form: Any, field_name: str) -> BoundField:
        """Tie the field to its form, which has the currency."""
        self.currency = currency_of(form)
        return DecimalBoundField(form, self, field_name)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask for the keys of numbers on a phone."""
        return {} if widget.is_hidden else {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write a number in the user's language; what was typed stays as it was typed."""
        if isinstance(value, str) or value is None:
            return value
        places = MONEY_DECIMALS if self.decimal_places is None else min(MONEY_DECIMALS, self.decimal_places)
        return write_decimal(Decimal(value), places)

    def to_python(self, value: Any) -> Any:
        """Read what was typed; raise ValidationError where it is no number, or may be two."""
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            return Decimal(str(value))
        try:
            number, named = without_currency(value)
            readings = readings_of(number, decimal_sign())
        except NotANumber as error:
            raise self._fault("invalid", example=write_decimal(EXAMPLE, MONEY_DECIMALS)) from error
        if named and not (self.currency and is_of_currency(named, self.currency)):
            raise self._fault("currency", currency=self.currency or "—", named=named)
        return readings[0] if len(readings) == 1 else self._decide(value.strip(), readings)

    def _decide(self, text: str, readings: tuple[Decimal, ...]) -> Decimal:
        """Return the reading that the field's limits leave; raise ValidationError with both where that is not one."""
        fitting = [reading for reading in readings if self._fits(reading)]
        if len(fitting) == 1:
            return fitting[0]
        as_decimal, as_group = readings
        raise self._fault(
            "ambiguous",
            value=text,
            grouped=format_money(as_group, ""),
            plain=write_decimal(as_group, MONEY_DECIMALS),
            decimal=write_decimal(as_decimal, MONEY_DECIMALS),
        )

    def _fits(self, value: Decimal) -> bool:
        try:
            self.run_validators(value)
        except ValidationError:
            return False
        return True

    def _fault(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)

    def echo(self, value: Any) -> str:
        """Return what a text is read as, such as `R$ 0,05 per minute`; nothing where it is empty or refused."""
        try:
            number = self.clean(value)
        except ValidationError:
            return ""
        return "" if number is None else str(UNITS[self.unit]) % {"amount": format_money(number, self.currency)}

    def reading_url(self) -> str:
        """Return the address that says how a text is read in this field."""
        limits = {
            "unit": self.unit,
            "places": self.decimal_places,
            "digits": self.max_digits,
            "minimum": self.min_value,
            "maximum": self.max_value,
        }
        known = {name: value for name, value in limits.items() if value not in (None, "")}
        return f"{reverse('decimal_reading')}?{urlencode(known)}"


class LocalIntegerField(forms.IntegerField):
    """A whole number, typed with or without groups; a fraction is refused, not dropped."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask for the keys of digits on a phone."""
        return {} if widget.is_hidden else {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:
        """Read what was typed; raise ValidationError where it is no whole number."""
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            whole = [reading for reading in readings_of(value, decimal_sign()) if _is_whole(reading)]
        except NotANumber:
            whole = []
        if not whole:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(whole[0])


def _is_whole(value: Decimal) -> bool:
    return value.as_tuple().exponent == 0


def use_local_numbers(fields: MutableMapping[str, forms.Field]) -> None:
    """Put a local field in the place of each of Django's number fields of a form."""
    for name, field in fields.items():
        fields[name] = local_field(name, field)


def local_field(name: str, field: Any) -> Any:
    """Return the local field for one of Django's number fields, or any other field as it is."""
    # Exactly these two: their subclasses (FloatField, fields of other packages) have a reading of their own.
    kind = type(field)
    if kind not in {forms.DecimalField, forms.IntegerField}:
        return field
    shared = ("required", "label", "initial", "help_text", "disabled", "min_value", "max_value")
    options: dict[str, Any] = {option: getattr(field, option) for option in shared}
    if field.widget.is_hidden:
        options["widget"] = field.widget
    if kind is forms.IntegerField:
        local: Any = LocalIntegerField(**options)
    else:
        digits = {"max_digits": field.max_digits, "decimal_places": field.decimal_places}
        local = LocalDecimalField(unit=unit_of(name), **options, **digits)
    local.validators = field.validators
    return local
