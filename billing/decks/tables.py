"""Tables and filters of decks and of their lines."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from billing.models import Deck, DeckRow
from routing.models import Provider
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    MonoColumn,
    RelatedColumn,
    TimeColumn,
)

WIDE_ONLY = {"th": {"class": "wide-only"}, "td": {"class": "nowrap wide-only"}}


class DeckTable(EntityTable):
    """The list of decks."""

    file_name = LinkColumn()
    provider = RelatedColumn(order_by="provider__name")
    status = BadgeColumn()
    currency = tables.Column()
    created_at = TimeColumn(verbose_name=_("uploaded"))
    activated_at = TimeColumn()
    actor = tables.Column()

    class Meta(EntityTable.Meta):
        model = Deck


class DeckFilterSet(EntityFilterSet):
    """Filters of the list of decks."""

    search_fields = ("file_name", "provider__name")

    provider = django_filters.ModelChoiceFilter(queryset=visible(Provider), label=_("provider"))

    class Meta:
        model = Deck
        fields = ("q", "provider", "status")


class DeckRowTable(EntityTable):
    """The lines of a deck."""

    # A part of a deck is a list, which has no names for its columns.
    row = tables.Column(verbose_name=_("row"))
    pattern = MonoColumn(verbose_name=_("prefix"))
    matches = tables.Column(verbose_name=_("is for"), attrs=WIDE_ONLY)
    origin_prefix = MonoColumn(verbose_name=_("origin"))
    name = tables.Column(verbose_name=_("destination"))
    change = BadgeColumn(verbose_name=_("change"))
    old_price = MoneyColumn(places=4, currency="deck__currency", verbose_name=_("price now"))
    price_per_minute = MoneyColumn(places=4, currency="deck__currency", verbose_name=_("new price"))
    sold_for = MoneyColumn(places=4, currency="deck__currency", verbose_name=_("sold for"))
    connect_fee = MoneyColumn(places=4, currency="deck__currency", verbose_name=_("connect fee"))
    counted_in = tables.Column(empty_values=(), verbose_name=_("counted in"))
    window = tables.Column(default=_("all hours"), verbose_name=_("time window"))
    begins = TimeColumn(default=_("at activation"), verbose_name=_("effective from"))
    ends = TimeColumn(default="", verbose_name=_("effective until"), attrs=WIDE_ONLY)

    def render_counted_in(self, record: DeckRow) -> str:
        """Return bands, or initial block and increment, and the free seconds."""
        counted = record.bands or f"{record.initial_block_seconds}/{record.increment_seconds}"
        return f"{counted}, {record.free_seconds} s" if record.free_seconds else counted

    class Meta(EntityTable.Meta):
        model = DeckRow
        orderable = False
