"""Tariffs."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.plan import RatePlan, TimeWindow
from billing.rating.durations import Band, InvalidRate, Rate, parse_bands, rate_duration
from billing.rating.key_patterns import compile_pattern
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]
# The whole rate is kept with each call that it priced, in 160 characters: bands, fee, free seconds, minimum, rounding.
LONGEST_BANDS = 80
MINUTE, HOUR = 60, 3600
DEAREST_RATE = Decimal(1_000)
LATEST_START = 86_400


@lru_cache(maxsize=4_096)
def _first_minute(bands: str) -> Decimal:
    return rate_duration(Rate(parse_bands(bands), decimals=6), MINUTE).amount


def _is_out_of_reach(band: Band) -> bool:
    return band.rate > DEAREST_RATE or max(band.unit, band.increment) > HOUR or band.start > LATEST_START


class Rounding(models.TextChoices):
    """How a call's total is rounded, once."""

    UP = "up", _("Up")
    HALF_UP = "half_up", _("Half up")
    DOWN = "down", _("Down")


class TariffMatches(models.TextChoices):
    """What a tariff's prefix or pattern is for. The values are those of `billing.rating.key_patterns.Matches`."""

    NUMBER = "number", _("Numbers")
    CODE = "code", _("Codes of the country")


def without_plus(pattern: str) -> str:
    """Return `5511` for `+5511` and `_55X.` for `_+55X.`: tariffs match digits."""
    return "_" + pattern[1:].removeprefix("+") if pattern.startswith("_") else pattern.removeprefix("+")


def matches_field(help_text: Any = "") -> "models.CharField[str, str]":
    """Return the column that says whether a price is for numbers or for codes of the country."""
    return models.CharField(
        _("is for"),
        max_length=6,
        choices=TariffMatches.choices,
        default=TariffMatches.NUMBER,
        db_default=TariffMatches.NUMBER,
        help_text=help_text,
    )


class Tariff(BaseModel):
    """What calls to a destination cost and sell for, from a moment on."""

    keeps_changelog = True
    changelog_parents = ("plan",)

    name = models.CharField(
        _("destination"),
        max_length=120,
        validators=[validators.validate_name],
        help_text=_("For people: Brazil, mobile, São Paulo."),
    )
    pattern = models.CharField(
        _("prefix or pattern"),
        max_length=60,
        validators=[validators.validate_pattern],
        help_text=_("E.164 digits (5511) or an Asterisk pattern (_55ZZ9XXXXXXXX); the longest match wins."),
    )
    matches = matches_field(
        help_text=_("Numbers of the world (5511, 1), or what is dialled inside the country alone (190, 4004, 0800).")
    )
    plan = models.ForeignKey(
        RatePlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tariffs",
        verbose_name=_("rate plan"),
        help_text=_("Empty: for all customers."),
    )
    origin_prefix = models.CharField(
        _("origin"),
        max_length=15,
        blank=True,
        validators=[validators.prefix_digits_validator],
        help_text=_("Only for callers whose number begins so: 5511. The longest destination counts first."),
    )
    window = models.ForeignKey(
        TimeWindow,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tariffs",
        verbose_name=_("time window"),
        help_text=_("Empty: at any time."),
    )
    cost_per_minute = models.DecimalField(
        _("cost per minute"),
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=NOT_NEGATIVE,
        help_text=_("Empty: the provider's cost per minute."),
    )
    price_per_minute = models.DecimalField(
        _("price per minute"), max_digits=12, decimal_places=6, validators=NOT_NEGATIVE
    )
    bands = models.CharField(
        _("bands"),
        max_length=200,
        blank=True,
        help_text=_("Instead of price, initial block and increment: 0:0.40/60/30 60:0.20/60/10."),
    )
    connect_fee = models.DecimalField(
        _("connect fee"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    minimum_charge = models.DecimalField(
        _("minimum charge"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    initial_block_seconds = models.PositiveSmallIntegerField(
        _("initial block"), default=30, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    increment_seconds = models.PositiveSmallIntegerField(
        _("increment"), default=6, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    free_seconds = models.PositiveSmallIntegerField(
        _("free seconds"), default=3, help_text=_("Calls up to this long cost nothing.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    rounding = models.CharField(_("rounding"), max_length=7, choices=Rounding.choices, default=Rounding.HALF_UP)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=4, validators=[MaxValueValidator(6)])
    effective_from = models.DateTimeField(_("effective from"), default=timezone.now)
    effective_until = models.DateTimeField(_("effective until"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["pattern", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_per_minute__isnull=True) | Q(cost_per_minute__gte=0), name="tariff_cost_not_negative"
            ),
            models.CheckConstraint(condition=Q(price_per_minute__gte=0), name="tariff_price_not_negative"),
            models.CheckConstraint(
                condition=Q(connect_fee__gte=0, minimum_charge__gte=0), name="tariff_fees_not_negative"
            ),
            # One tariff that no call can be priced by would stop every import.
            models.CheckConstraint(condition=Q(decimals__lte=6), name="tariff_decimals_in_range"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="tariff_currency_is_iso"),
            known_choices("tariff_rounding_known", rounding=Rounding),
            known_choices("tariff_matches_known", matches=TariffMatches),
            models.CheckConstraint(
                condition=Q(initial_block_seconds__gte=1, increment_seconds__gte=1), name="tariff_blocks_positive"
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=models.F("effective_from")),
                name="tariff_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
            models.UniqueConstraint(
                fields=["plan", "matches", "pattern", "origin_prefix", "window", "effective_from"],
                nulls_distinct=False,
                name="tariff_once_at_a_time",
                violation_error_message=_("There is already a tariff for this prefix from that moment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this tariff."""
        return reverse("billing:tariff_detail", args=[self.pk])

    def clean(self) -> None:
        """Write the pattern without its plus, so that one prefix is one tariff; refuse what prices nothing."""
        self._check_pattern()
        self._use_one_form()
        if self.bands:
            self._check_bands()
        if self.plan is not None and self.plan.currency != self.currency:
            raise ValidationError({"currency": _("The plan is in %(currency)s.") % {"currency": self.plan.currency}})

    def _check_pattern(self) -> None:
        """Raise ValidationError for a pattern that nothing of its kind falls under."""
        if self.matches == TariffMatches.CODE and "+" in self.pattern:
            raise ValidationError({"pattern": _("A code of the country is written without a plus.")})
        if compile_pattern(self.pattern, self.matches).is_empty:
            raise ValidationError({"pattern": _("No number begins with 0. For 0800 and the like, choose codes.")})

    def _check_bands(self) -> None:
        """Raise ValidationError for bands that no call could be priced by, or no record could hold."""
        try:
            bands = Rate(parse_bands(self.bands)).bands
        except InvalidRate as error:
            raise ValidationError(
                {"bands": _("Write bands as 0:0.40/60/30 60:0.20/60/10, from second 0 on.")}
            ) from error
        if len(self.bands) > LONGEST_BANDS or any(_is_out_of_reach(band) for band in bands):
            raise ValidationError(
                {"bands": _("Use fewer bands, smaller rates, and units and steps of an hour at most.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with pattern, origin and bands in their one form."""
        self._use_one_form()
        super().save(*args, **kwargs)

    def _use_one_form(self) -> None:
        self.pattern, self.origin_prefix = without_plus(self.pattern), self.origin_prefix.removeprefix("+")
        self.bands = " ".join(self.bands.split())

    @property
    def price_of_a_minute(self) -> Decimal:
        """Return what a minute sells for: by the bands where there are any."""
        return _first_minute(self.bands) if self.bands else self.price_per_minute

    @property
    def margin_per_minute(self) -> Decimal | None:
        """Return price less cost of a minute, or None where the cost is the provider's."""
        return None if self.cost_per_minute is None else self.price_of_a_minute - self.cost_per_minute

    @property
    def margin_percent(self) -> Decimal | None:
        """Return the margin in percent of the price, or None where it has none."""
        margin = self.margin_per_minute
        price = self.price_of_a_minute
        return None if margin is None or not price else 100 * margin / price
