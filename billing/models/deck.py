"""What providers charge for destinations: their decks as they were imported, and the rates that came of them."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.plan import TimeWindow
from billing.models.tariff import LONGEST_BANDS, TariffMatches, matches_field
from routing.models import Provider
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, JobModel, VisibleQuerySet, known_choices

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class DeckStatus(models.TextChoices):
    """How far a deck has come."""

    UPLOADED = "uploaded", _("Uploaded")
    READING = "reading", _("Being read")
    ASKING = "asking", _("Has questions")
    READY = "ready", _("Ready to activate")
    ACTIVE = "active", _("Activated")
    UNDONE = "undone", _("Undone")
    REFUSED = "refused", _("Refused")


class Deck(JobModel):
    """A carrier's price list as it was sent; nothing of it counts before it is activated, and then all of it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="decks", verbose_name=_("provider"))
    file_name = models.CharField(_("file"), max_length=200, validators=[validators.validate_text])
    sha256 = models.CharField(max_length=64, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=DeckStatus.choices, default=DeckStatus.UPLOADED)
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    is_full = models.BooleanField(
        _("full list"), default=True, help_text=_("What is not in it ends. A partial list changes only what it names.")
    )
    effective_from = models.DateTimeField(_("effective from"), null=True, blank=True)
    # Which column is what, and the answers to questions; the provider's next deck begins with the same.
    mapping = models.JSONField(default=dict, blank=True)
    # Rows read so far and in all, counts of new, up, down, gone and below cost, questions and errors by row and column.
    progress = models.JSONField(default=dict, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("deck")
        verbose_name_plural = _("decks")
        ordering = ["-created_at"]
        constraints = [known_choices("deck_status_known", status=DeckStatus)]

    def __str__(self) -> str:
        return f"{self.provider} · {self.file_name}"

    def get_absolute_url(self) -> str:
        """Return the page of this deck."""
        return reverse("billing:deck_detail", args=[self.pk])


class BuyRate(BaseModel):
    """What a provider charges for a destination from a moment on; it ends before `effective_until`."""

    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="rates", db_index=False, verbose_name=_("provider")
    )
    deck = models.ForeignKey(
        Deck, on_delete=models.PROTECT, null=True, blank=True, related_name="rates", verbose_name=_("deck")
    )
    pattern = models.CharField(_("prefix or pattern"), max_length=60, validators=[validators.validate_pattern])
    matches = matches_field()
    name = models.CharField(_("destination"), max_length=120, blank=True, validators=[validators.validate_name])
    origin_prefix = models.CharField(_("origin"), max_length=15, blank=True)
    window = models.ForeignKey(
        TimeWindow, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("time window")
    )
    price_per_minute = models.DecimalField(
        _("price per minute"), max_digits=12, decimal_places=6, validators=NOT_NEGATIVE
    )
    connect_fee = models.DecimalField(
        _("connect fee"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    minimum_charge = models.DecimalField(
        _("minimum charge"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    initial_block_seconds = models.PositiveSmallIntegerField(
        _("initial block"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    increment_seconds = models.PositiveSmallIntegerField(
        _("increment"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    free_seconds = models.PositiveSmallIntegerField(_("free seconds"), default=0)
    # Where the first block has a price of its own; the price per minute is then what the first minute comes to.
    bands = models.CharField(_("bands"), max_length=LONGEST_BANDS, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    # A destination that the carrier does not sell: it has no price there, it is out.
    is_blocked = models.BooleanField(_("blocked"), default=False)
    effective_from = models.DateTimeField(_("effective from"))
    effective_until = models.DateTimeField(_("effective until"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("buy rate")
        verbose_name_plural = _("buy rates")
        ordering = ["provider", "pattern", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "matches", "pattern", "origin_prefix", "window", "effective_from"],
                nulls_distinct=False,
                # One that ended before it began was superseded; it is kept so that undoing can give it back.
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=models.F("effective_from")),
                name="buy_rate_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(price_per_minute__gte=0, connect_fee__gte=0, minimum_charge__gte=0),
                name="buy_rate_not_negative",
            ),
            known_choices("buy_rate_matches_known", matches=TariffMatches),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=models.F("effective_from")),
                name="buy_rate_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(initial_block_seconds__gte=1, increment_seconds__gte=1), name="buy_rate_blocks_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.pattern}"
