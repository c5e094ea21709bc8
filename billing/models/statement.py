"""Statements that were issued, what they hold byte by byte, and entries that came too late for theirs."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.account import Account, LedgerEntry
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, MailStatus, OutgoingMail, VisibleQuerySet, known_choices


class StatementStatus(models.TextChoices):
    """What has become of a statement; what was issued is cancelled, never changed."""

    PREPARING = "preparing", _("Being prepared")
    ISSUED = "issued", _("Issued")
    CANCELLED = "cancelled", _("Cancelled")


class StatementQuerySet(VisibleQuerySet):
    """Statements."""

    users_path = "account__customer__users"


class StatementSeries(models.Model):
    """The last number of a series; its row is the lock under which the next one is given."""

    series = models.CharField(max_length=6, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.last_number}"


def _amount(label: object) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(label, max_digits=20, decimal_places=6, default=Decimal(0), editable=False)  # type: ignore[arg-type]  # lazy text


class Statement(BaseModel):
    """A period of an account that a customer pays for; figures are zero until it is issued, and never change after.

    Amounts are what the customer owes: above zero for us, unlike the ledger's.
    """

    keeps_changelog = True

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="statements", verbose_name=_("account"), editable=False
    )
    status = models.CharField(
        _("status"), max_length=9, choices=StatementStatus.choices, default=StatementStatus.PREPARING, editable=False
    )
    series = models.CharField(_("series"), max_length=6, blank=True, editable=False)
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    first_day = models.DateField(_("from day"), editable=False)
    last_day = models.DateField(_("to day"), editable=False)
    # The same as moments: a later change of the installation's zone moves no call to another statement.
    begins_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, editable=False)
    issued_at = models.DateTimeField(_("issued at"), null=True, editable=False)
    due_day = models.DateField(_("due on"), null=True, editable=False)
    calls = models.PositiveIntegerField(_("calls"), default=0, editable=False)
    # Whole units of the currency's smallest coin, and what is left for the next statement.
    amount = _amount(_("amount"))
    carried_in = _amount(_("carried over from the last one"))
    carried_out = _amount(_("carried over to the next one"))
    open_before = _amount(_("open from before"))
    payable = _amount(_("to pay"))
    # The account's balance after all entries of this statement, with the ledger's sign.
    closing = _amount(_("closing balance"))
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_by = models.CharField(_("cancelled by"), max_length=60, blank=True, editable=False)
    cancel_reason = models.CharField(
        _("why it was cancelled"), max_length=200, blank=True, editable=False, validators=[validators.validate_text]
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-created_at"]
        constraints = [
            known_choices("statement_status_known", status=StatementStatus),
            models.UniqueConstraint(fields=["series", "number"], name="statement_number_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(status="preparing"), name="statement_prepared_one_by_one"
            ),
            models.UniqueConstraint(
                fields=["account", "begins_at"], condition=~Q(status="cancelled"), name="statement_of_period_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="statement_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(status="preparing", number=None) | Q(number__gt=0), name="statement_issued_has_number"
            ),
        ]
        indexes = [models.Index(fields=["account", "-ends_at"], name="statement_of_account")]

    def __str__(self) -> str:
        return str(_("Statement %(number)s") % {"number": self.label})

    @property
    def label(self) -> str:
        """Return series and number as people write them, such as `A-000123`; a dash while there is none."""
        if self.number is None:
            return "—"
        return f"{self.series}-{self.number:06d}" if self.series else f"{self.number:06d}"

    @property
    def file_name(self) -> str:
        """Return the name of its files, without an ending: customer and number."""
        return f"{self.account.customer.code}-{self.label}"

    def get_absolute_url(self) -> str:
        """Return the page of this statement."""
        return reverse("billing:statement_detail", args=[self.pk])


class StatementContent(models.Model):
    """What a statement says, as it was issued: its figures as JSON, and the document. The database refuses changes."""

    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, primary_key=True, related_name="content", editable=False
    )
    figures = models.TextField()
    sha256 = models.CharField(max_length=64)
    # Made once, after the issue; kept from then on.
    document = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.sha256


class StatementPart(models.Model):
    """Some thousand lines of a statement's annex, compressed. The database refuses changes."""

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="parts", editable=False)
    place = models.PositiveIntegerField()
    lines = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "place"], name="statement_part_once")]

    def __str__(self) -> str:
        return str(self.place)


class LateEntry(models.Model):
    """An entry of the ledger that is older than the end of its account's last statement; the next one takes it.

    The ledger's trigger writes the row, under the lock of the account under which a statement takes its period: each
    entry is part of exactly one statement.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.DO_NOTHING, primary_key=True, related_name="late")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="late_entries", db_index=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="late_entries")

    class Meta:
        indexes = [models.Index(fields=["account"], condition=Q(statement=None), name="late_entry_waits")]

    def __str__(self) -> str:
        return str(self.entry_id)


class StatementLetter(OutgoingMail):
    """A statement that goes to somebody by mail."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="letters", editable=False)
    # Who had it sent; empty: the system, when it was issued.
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            known_choices("statement_letter_status_known", status=MailStatus),
            models.UniqueConstraint(fields=["statement"], condition=Q(actor=""), name="statement_letter_of_issue_once"),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(status="waiting"), name="statement_letter_waits")]
