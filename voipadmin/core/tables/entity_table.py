"""The base of every list's table and its columns; only columns that name a database order can be sorted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.utils import formats, timezone
from django.utils.html import format_html

from voipadmin.core.tables.badges import badge, yes_no
from voipadmin.core.tables.links import grouped_number, number_link, page_of
from voipadmin.core.text.decimals import decimals_of, format_money, rounded_to

NUMERIC = {"th": {"class": "num"}, "td": {"class": "num"}}


class EntityTable(tables.Table):
    """A list's table: its declared columns, in their order; the page's template draws it.

    `extra_columns` are those that a list has only where somebody chooses them.
    """

    extra_columns: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        attrs = {"class": "table data-table"}
        order_by_field = "sort"
        # No column that is not declared: without this, `model` would bring every field of its own.
        fields = ()


class LinkColumn(tables.Column):
    """The object's name, leading to its page."""

    def __init__(
        self, *args: Any, mono: bool = False, label: Callable[[Any], Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "cell-main"}}, **kwargs})
        self.mono = mono
        self.label = label

    def render(self, value: Any, record: Any) -> Any:
        """Draw the link."""
        shown = self.label(record) if self.label else value
        style = "row-link mono" if self.mono else "row-link"
        return format_html('<a class="{}" href="{}">{}</a>', style, page_of(record), shown)

    def value(self, value: Any) -> Any:
        """Export the bare value."""
        return value


class RelatedColumn(tables.Column):
    """Another object's name (or one of its fields, `shown`), leading to its page."""

    def __init__(self, *args: Any, shown: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown

    def render(self, value: Any) -> Any:
        """Draw the link."""
        text = getattr(value, self.shown) if self.shown else value
        return format_html(
            '<a class="quiet-link" href="{}" title="{}">{}</a>', page_of(value), value, grouped_number(text)
        )

    def value(self, value: Any) -> str:
        """Export the name."""
        return str(value)


class BadgeColumn(tables.Column):
    """A field with choices, as colour, icon and word."""

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        """Draw the badge."""
        return badge(tables.A(bound_column.accessor).resolve(record), value)

    def value(self, value: Any) -> str:
        """Export the word."""
        return str(value)


class YesNoColumn(tables.Column):
    """A truth value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"empty_values": (), **kwargs})

    def render(self, value: Any) -> Any:
        """Draw the badge."""
        return yes_no(value)

    def value(self, value: Any) -> Any:
        """Export the truth value."""
        return value


class MonoColumn(tables.Column):
    """A technical value, in a monospaced face."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "mono"}}, **kwargs})


class NumberColumn(tables.Column):
    """A figure, aligned to the right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMERIC, **kwargs})

    def render(self, value: Any) -> Any:
        """Draw the figure in the user's language."""
        return formats.localize(value)

    def value(self, value: Any) -> Any:
        """Export the bare figure."""
        return value


class MoneyColumn(NumberColumn):
    """An amount, each of a column with the same decimals: `places`, or those of its currency.

    `currency` says where a row has the currency's code; without one the amount stands alone. An amount of which
    digits are rounded away has all of them in its title, and in a CSV.
    """

    def __init__(self, *args: Any, places: int | None = None, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.currency = currency

    def render(self, value: Any, record: Any = None) -> Any:
        """Draw the amount in the user's language."""
        return self.written(value, record)

    def written(self, value: Any, record: Any) -> Any:
        """Return the amount with its currency."""
        code = currency_of(record, self.currency)
        places = decimals_of(code) if self.places is None else self.places
        text = format_money(value, code, places)
        if rounded_to(value, places) == value:
            return text
        return format_html('<span title="{}">{}</span>', format_money(value, code), text)


class CurrencyColumn(tables.Column):
    """The code of the currency of a row's amounts, which show its sign: in files, and on wide pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"th": {"class": "wide-only"}, "td": {"class": "wide-only"}}, **kwargs})


def currency_of(record: Any, accessor: str) -> str:
    """Return the currency's code of a row, or nothing where it has none."""
    if not accessor:
        return ""
    return str(tables.A(accessor).resolve(record, quiet=True) or "")


class PhoneColumn(tables.Column):
    """A telephone number: in groups, copied as its digits, a link to its page; what is no number stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "mono"}}, **kwargs})

    def render(self, value: Any) -> Any:
        """Draw the number."""
        return number_link(value)

    def value(self, value: Any) -> Any:
        """Export the bare number."""
        return value


class TimeColumn(tables.Column):
    """A moment, on the panel's clock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "nowrap tabular"}}, **kwargs})

    def render(self, value: datetime) -> Any:
        """Draw date and time, the exact moment in the attribute."""
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), format_moment(value))

    def value(self, value: datetime) -> str:
        """Export ISO 8601 with its offset."""
        return timezone.localtime(value).isoformat()


def format_moment(value: datetime) -> str:
    """Return date and time to the second on the panel's clock."""
    local = timezone.localtime(value)
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def format_duration(seconds: Any) -> str:
    """Return seconds as `m:ss` or `h:mm:ss`, whole seconds rounded down."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def first_of(items: Sequence[str], count: int = 2) -> str:
    """Return the first items, and how many more there are."""
    more = f" +{len(items) - count}" if len(items) > count else ""
    return ", ".join(items[:count]) + more


class DurationColumn(NumberColumn):
    """Seconds, as minutes and seconds."""

    def render(self, value: Any) -> Any:
        """Draw minutes and seconds."""
        return format_duration(value)
