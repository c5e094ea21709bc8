"""Accounts, and the ledger whose entries add up to their balances."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.fee_descriptions import fee_in_words
from billing.models.plan import RatePlan
from customers.models import Customer
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class AccountKind(models.TextChoices):
    """Whether a customer pays before or after its calls."""

    POSTPAID = "postpaid", _("Postpaid")
    PREPAID = "prepaid", _("Prepaid")


class EntryKind(models.TextChoices):
    """Why money moved."""

    CALL = "call", _("Call")
    CORRECTION = "rerating", _("Rating again")
    TOP_UP = "topup", _("Top-up")
    PAYMENT = "payment", _("Payment")
    ADJUSTMENT = "adjustment", _("Adjustment")
    MONTHLY_FEE = "fee", _("Monthly fee")
    REVERSAL = "reversal", _("Reversal")


def home_country() -> list[str]:
    """Return where a customer may call unless it is told otherwise."""
    return [settings.DEFAULT_COUNTRY]


class AccountQuerySet(VisibleQuerySet):
    """Accounts."""

    users_path = "customer__users"


class Account(BaseModel):
    """A customer's money, and what its calls may spend. An empty cap takes the setting's, it never means no cap."""

    keeps_changelog = True
    changelog_parents = ("customer",)

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, related_name="account", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AccountKind.choices, default=AccountKind.POSTPAID)
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    plan = models.ForeignKey(
        RatePlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("rate plan"),
        help_text=_("Empty: the tariffs without a plan."),
    )
    # Written by the database alone, with each entry of the ledger; what the customer has is above zero.
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=6, default=Decimal(0), editable=False)
    credit_limit = models.DecimalField(
        _("credit limit"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        validators=NOT_NEGATIVE,
        help_text=_("How far below zero the balance may go; for a prepaid customer usually 0."),
    )
    limits_credit = models.BooleanField(
        _("enforce the credit limit"),
        default=False,
        help_text=_("Postpaid: ask before each call whether there is credit. Prepaid customers are always asked."),
    )
    hourly_cap = models.DecimalField(
        _("cap per hour"), max_digits=14, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    daily_cap = models.DecimalField(
        _("cap per day"), max_digits=14, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    longest_call_seconds = models.PositiveIntegerField(
        _("longest call"),
        null=True,
        blank=True,
        validators=[MinValueValidator(60), MaxValueValidator(86_400)],
        help_text=_("Seconds."),
    )
    allowed_countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("allowed countries"),
        default=home_country,
        blank=True,
        help_text=_("Codes such as BR, AR, US. Numbers of all others are refused."),
    )
    allows_high_risk = models.BooleanField(
        _("high-risk numbers"), default=False, help_text=_("Premium, satellite and other ranges that fraud uses.")
    )
    allows_loss = models.BooleanField(
        _("below cost"), default=False, help_text=_("Let calls through that cost more than they bring.")
    )
    # The end of its last statement: entries of before that are late. Written by statements alone, under the row's lock.
    statements_until = models.DateTimeField(null=True, editable=False)
    # Why its calls were stopped by the system; a person lifts it.
    blocked_at = models.DateTimeField(_("stopped at"), null=True, blank=True, editable=False)
    blocked_reason = models.CharField(_("why it was stopped"), max_length=200, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["customer__code"]
        constraints = [
            models.CheckConstraint(condition=Q(credit_limit__gte=0), name="account_credit_limit_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="account_currency_is_iso"),
            known_choices("account_kind_known", kind=AccountKind),
        ]

    def __str__(self) -> str:
        return str(self.customer)

    @property
    def has_to_be_asked(self) -> bool:
        """Tell what HAS_TO_BE_ASKED tells the database."""
        capped = self.hourly_cap is not None or self.daily_cap is not None
        return capped or self.limits_credit or self.kind == AccountKind.PREPAID

    def get_absolute_url(self) -> str:
        """Return the page of this account."""
        return reverse("billing:account_detail", args=[self.pk])


# Whose calls are asked about one by one: there is money, or a cap of its own, that they could overdraw.
HAS_TO_BE_ASKED = (
    Q(kind=AccountKind.PREPAID) | Q(limits_credit=True) | Q(hourly_cap__isnull=False) | Q(daily_cap__isnull=False)
)


class LedgerEntryQuerySet(VisibleQuerySet):
    """Entries of ledgers."""

    users_path = "account__customer__users"


class LedgerEntry(BaseModel):
    """One movement of money: above zero for the customer, below zero for us. Never changed, never deleted.

    The database refuses both, and adds each entry to its account's balance.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False, verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    # When it became due; `created_at` is when it was written.
    happened_at = models.DateTimeField(_("on"), default=timezone.now)
    # A call's record, which may be dropped with its month; `version` is that of its rating.
    cdr_id = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        db_index=False,
        verbose_name=_("reverses"),
    )
    description = models.CharField(_("description"), max_length=200, blank=True, validators=[validators.validate_text])
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)
    # What makes writing it a second time impossible, where it is no call.
    key = models.CharField(max_length=120, null=True, blank=True, editable=False)  # noqa: DJ001 - NULL is what calls have: no index holds it

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cdr_id", "version"], name="ledger_call_once", condition=Q(cdr_id__isnull=False)
            ),
            # Calls, by far the most, are in neither of these.
            models.UniqueConstraint(
                fields=["reverses"], name="ledger_reversed_once", condition=Q(reverses__isnull=False)
            ),
            models.UniqueConstraint(fields=["key"], name="ledger_key_once", condition=Q(key__isnull=False)),
            known_choices("ledger_kind_known", kind=EntryKind),
        ]
        indexes = [models.Index(fields=["account", "-happened_at", "-id"], name="ledger_of_account")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency}"

    @property
    def description_in_words(self) -> str:
        """Return what it is for in the active language; the days of a fee are kept as machines write them."""
        return ", ".join(filter(None, fee_in_words(self.description)))
