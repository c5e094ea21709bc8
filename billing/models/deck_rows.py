"""What a deck holds line by line before it counts, the file it came in, and what its activation ended."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.deck import BuyRate, Deck
from billing.models.plan import TimeWindow
from billing.models.tariff import LONGEST_BANDS, TariffMatches, matches_field
from voipadmin.core.models import known_choices


class DeckChange(models.TextChoices):
    """What activating a deck does to one prefix."""

    NEW = "new", _("New")
    UP = "up", _("Dearer")
    DOWN = "down", _("Cheaper")
    TERMS = "terms", _("Other terms")
    SAME = "same", _("Unchanged")
    BLOCKED = "blocked", _("Blocked")
    GONE = "gone", _("Gone")


class DeckFile(models.Model):
    """The file of a deck, byte for byte, where every worker can read it."""

    deck = models.OneToOneField(Deck, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.deck)


class DeckRow(models.Model):
    """A prefix of a deck, beside what the provider takes now; nothing is priced by it."""

    id = models.BigAutoField(primary_key=True)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="rows", db_index=False)
    # In the file; 0 where the prefix is gone because a full list does not name it.
    row = models.PositiveIntegerField(_("row"))
    change = models.CharField(_("change"), max_length=8, choices=DeckChange.choices)
    pattern = models.CharField(_("prefix"), max_length=60)
    matches = matches_field()
    origin_prefix = models.CharField(_("origin"), max_length=15, blank=True)
    name = models.CharField(_("destination"), max_length=120, blank=True)
    old_price = models.DecimalField(_("price now"), max_digits=12, decimal_places=6, null=True)
    price_per_minute = models.DecimalField(_("new price"), max_digits=12, decimal_places=6, default=Decimal(0))
    connect_fee = models.DecimalField(_("connect fee"), max_digits=12, decimal_places=6, default=Decimal(0))
    minimum_charge = models.DecimalField(_("minimum charge"), max_digits=12, decimal_places=6, default=Decimal(0))
    initial_block_seconds = models.PositiveSmallIntegerField(_("initial block"), default=1)
    increment_seconds = models.PositiveSmallIntegerField(_("increment"), default=1)
    free_seconds = models.PositiveSmallIntegerField(_("free seconds"), default=0)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    bands = models.CharField(_("bands"), max_length=LONGEST_BANDS, blank=True)
    # The hours that the price is for; empty: all.
    window = models.ForeignKey(TimeWindow, on_delete=models.CASCADE, null=True, verbose_name=_("time window"))
    # Empty: from its activation.
    begins = models.DateTimeField(_("effective from"), null=True)
    # The first moment that it does not hold; empty: it lasts.
    ends = models.DateTimeField(_("effective until"), null=True)
    # The lowest price that it is sold for, where that is below the new cost.
    sold_for = models.DecimalField(_("sold for"), max_digits=12, decimal_places=6, null=True)

    class Meta:
        ordering = ["pattern", "origin_prefix", "begins"]
        indexes = [
            models.Index(fields=["deck", "change", "pattern"], name="deck_row_by_change"),
            models.Index(fields=["deck", "pattern"], name="deck_row_below_cost", condition=models.Q(sold_for__gt=0)),
        ]
        constraints = [
            known_choices("deck_row_change_known", change=DeckChange),
            known_choices("deck_row_matches_known", matches=TariffMatches),
        ]

    def __str__(self) -> str:
        return self.pattern


class EndedRate(models.Model):
    """A rate that a deck's activation ended, and the end that it had before: what undoing gives back."""

    id = models.BigAutoField(primary_key=True)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="ended_rates")
    rate = models.ForeignKey(BuyRate, on_delete=models.CASCADE, related_name="ended_by")
    had_end = models.DateTimeField(null=True)
    new_end = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deck", "rate"], name="rate_ended_once_by_a_deck")]

    def __str__(self) -> str:
        return str(self.rate)
