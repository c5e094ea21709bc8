"""Call detail records."""

from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.account import LedgerEntry
from billing.models.tariff import Tariff
from customers.models import Customer
from numbering.models import DID
from routing.models import Gateway, Route
from voipadmin.core.models import BaseModel, VisibleQuerySet
from voipadmin.core.numbers.labels import KIND_LABELS


class Direction(models.TextChoices):
    """Which way a call went, seen from the customer."""

    OUTBOUND = "outbound", _("Outgoing")
    INBOUND = "inbound", _("Incoming")
    INTERNAL = "internal", _("Internal")
    UNKNOWN = "unknown", _("Unknown")


class Disposition(models.TextChoices):
    """How a call ended, in Asterisk's words."""

    ANSWERED = "ANSWERED", _("Answered")
    NO_ANSWER = "NO ANSWER", _("No answer")
    BUSY = "BUSY", _("Busy")
    FAILED = "FAILED", _("Failed")
    CONGESTION = "CONGESTION", _("Congestion")


class CostSource(models.TextChoices):
    """Where the cost of a call came from."""

    DECK = "deck", _("Deck")
    TARIFF = "tariff", _("Tariff")
    PROVIDER = "provider", _("Provider")
    NONE = "none", _("None")


class UnratedReason(models.TextChoices):
    """Why a call has no price. The first three need a tariff or a number, the others are never charged."""

    NO_TARIFF = "no_tariff", _("No tariff for this number")
    NO_NUMBER = "no_number", _("No number that could be priced")
    UNKNOWN_DIRECTION = "direction", _("Neither incoming nor outgoing")
    CONTRADICTORY = "contradictory", _("Not answered, and yet with billable seconds")
    INBOUND = "inbound", _("Incoming calls are not charged")
    INTERNAL = "internal", _("Calls between extensions are not charged")


class UnchargedReason(models.TextChoices):
    """Why a call with a price is not in any customer's ledger. Each needs a person."""

    NO_CUSTOMER = "customer", _("No customer is known for it")
    NO_ACCOUNT = "account", _("The customer has no account")
    CURRENCY = "currency", _("The account is in another currency")


CALLED_KINDS = [(kind.value, label) for kind, label in KIND_LABELS.items()]
NEEDS_A_TARIFF = (UnratedReason.NO_TARIFF, UnratedReason.NO_NUMBER, UnratedReason.UNKNOWN_DIRECTION)


class CdrQuerySet(VisibleQuerySet):
    """Call detail records."""

    users_path = "customer__users"

    def calls(self) -> "CdrQuerySet":
        """Return one row per call: its last attempt, which carried it where it was answered."""
        return self.filter(is_last_attempt=True)

    def unrated(self) -> "CdrQuerySet":
        """Return the records that should have a price and have none."""
        return self.filter(unrated_reason__in=NEEDS_A_TARIFF)

    def contradictory(self) -> "CdrQuerySet":
        """Return the records that were not answered and yet have billable seconds, which nobody is charged for."""
        return self.filter(unrated_reason=UnratedReason.CONTRADICTORY)

    def uncharged(self) -> "CdrQuerySet":
        """Return the records whose price could not be entered in a ledger."""
        return self.exclude(uncharged_reason="")

    def without_entry(self) -> "CdrQuerySet":
        """Return the records with a price to pay that no entry of a ledger is about."""
        entries = LedgerEntry.objects.filter(cdr_id=OuterRef("pk"))
        return self.filter(~Exists(entries), price__gt=0)

    def loss_making(self) -> "CdrQuerySet":
        """Return the records that cost more than they brought in."""
        return self.filter(margin__lt=0)


class Cdr(BaseModel):
    """One attempt of a call as Asterisk recorded it, attributed and priced. Durations are seconds.

    The table has a partition for each month (`billing.cdrs.records.partitions`): a query that names a time reads only
    those of that time.
    """

    node_name = models.CharField(_("node"), max_length=60)
    uniqueid = models.CharField(max_length=150)
    linkedid = models.CharField(max_length=150)
    sequence = models.BigIntegerField()
    payload_hash = models.CharField(max_length=64, editable=False)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    is_last_attempt = models.BooleanField(default=True)

    src = models.CharField(_("from"), max_length=80)
    dst = models.CharField(_("number dialled"), max_length=80)
    # As the node's dialplan read it: the key, or in records of before digits of E.164, or what was dialled.
    dialled = models.CharField(_("as the dialplan read it"), max_length=80, blank=True)
    # The key of the called number (`voipadmin.core.numbers.number`), what the numbering plan says it is, and where it
    # is (ISO 3166). Empty in records of before.
    called_number = models.CharField(_("called number"), max_length=48, blank=True, default="", db_default="")
    called_kind = models.CharField(
        _("kind of number"), max_length=20, blank=True, default="", db_default="", choices=CALLED_KINDS
    )
    called_country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    caller_id = models.CharField(_("caller ID"), max_length=160, blank=True)
    # Who called, before a route or gateway showed another number; `src` is what was shown. Empty: the same.
    caller = models.CharField(_("caller"), max_length=80, blank=True, default="", db_default="")
    # The E.164 digits of the caller, or of its customer, by which the call was priced: as read when the record was
    # stored. Empty: there were none. NULL in records of before, whose caller was never kept so.
    origin = models.CharField(_("origin"), max_length=15, null=True, blank=True)  # noqa: DJ001 - NULL is not empty
    channel = models.CharField(max_length=160, blank=True)
    destination_channel = models.CharField(max_length=160, blank=True)
    # As the node recorded it: it still names the customer when that one is gone.
    account_code = models.CharField(_("account code"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("started at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"))
    duration_seconds = models.DecimalField(_("duration"), max_digits=14, decimal_places=6)
    billable_seconds = models.DecimalField(_("billable"), max_digits=14, decimal_places=6)
    disposition = models.CharField(_("disposition"), max_length=12, choices=Disposition.choices)
    dial_status = models.CharField(_("dial status"), max_length=20, blank=True)
    cause = models.PositiveSmallIntegerField(_("cause"), null=True, blank=True)
    sip_code = models.PositiveSmallIntegerField(_("SIP code"), null=True, blank=True)
    # What the line itself carried; dial status, cause, SIP code and delay are those of the attempt that it was about.
    recorded_result = models.CharField(max_length=60, blank=True, editable=False)
    post_dial_delay_ms = models.PositiveIntegerField(_("post-dial delay"), null=True, blank=True)

    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices, default=Direction.UNKNOWN)
    # The indexes below begin with these three; one more for each would only slow the import.
    customer = models.ForeignKey(
        Customer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cdrs",
        db_index=False,
        verbose_name=_("customer"),
    )
    gateway = models.ForeignKey(
        Gateway,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cdrs",
        db_index=False,
        verbose_name=_("gateway"),
    )
    route = models.ForeignKey(
        Route, on_delete=models.SET_NULL, null=True, blank=True, related_name="cdrs", verbose_name=_("route")
    )
    did = models.ForeignKey(
        DID,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cdrs",
        db_index=False,
        verbose_name=_("DID"),
    )

    tariff = models.ForeignKey(
        Tariff, on_delete=models.PROTECT, null=True, blank=True, related_name="cdrs", verbose_name=_("tariff")
    )
    # What the tariff said when it priced the call: a later change of the tariff does not change the record.
    matched_pattern = models.CharField(_("matched prefix or pattern"), max_length=60, blank=True)
    applied_rate = models.CharField(_("rate applied"), max_length=160, blank=True)
    billed_seconds = models.PositiveIntegerField(_("billed"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=6, null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=20, decimal_places=6, null=True, blank=True)
    margin = models.DecimalField(_("margin"), max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cost_currency = models.CharField(_("currency of the cost"), max_length=3, blank=True)
    cost_source = models.CharField(
        _("source of the cost"), max_length=8, choices=CostSource.choices, default=CostSource.NONE
    )
    unrated_reason = models.CharField(
        _("why it has no price"), max_length=40, blank=True, choices=UnratedReason.choices
    )
    uncharged_reason = models.CharField(
        _("why it is not charged"), max_length=10, blank=True, default="", choices=UnchargedReason.choices
    )

    objects = CdrQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-id"]
        constraints = [
            # A unique index of a partitioned table has to hold the column that it is partitioned by. That a record is
            # there once whatever its start is seen to by `billing.cdrs.records.store`, under the node's lock.
            models.UniqueConstraint(
                fields=["node_name", "uniqueid", "sequence", "started_at"], name="cdr_once_per_node"
            ),
        ]
        indexes = [
            models.Index(fields=["linkedid"], name="cdr_of_linked_call"),
            models.Index(fields=["-started_at", "-id"], name="cdr_newest_first"),
            # A call counts when it ends: reports, dashboard and roll-ups read by this.
            models.Index(fields=["ended_at"], name="cdr_by_end"),
            # Calls of a number, whole or by its beginning: the order of these lets LIKE use them in any collation.
            models.Index(
                OpClass(F("called_number"), "varchar_pattern_ops"), F("started_at").desc(), name="cdr_of_called"
            ),
            models.Index(OpClass(F("src"), "varchar_pattern_ops"), F("started_at").desc(), name="cdr_of_src"),
            # Few records have another caller than was shown, and new ones always a called number.
            models.Index(
                OpClass(F("caller"), "varchar_pattern_ops"),
                F("started_at").desc(),
                name="cdr_of_caller",
                condition=Q(caller__gt=""),
            ),
            models.Index(
                OpClass(F("dialled"), "varchar_pattern_ops"),
                F("started_at").desc(),
                name="cdr_of_dialled",
                condition=Q(called_number=""),
            ),
            models.Index(fields=["customer", "-started_at"], name="cdr_of_customer"),
            models.Index(fields=["gateway", "-started_at"], name="cdr_of_gateway"),
            models.Index(fields=["did", "-started_at"], name="cdr_of_did", condition=Q(did__isnull=False)),
            models.Index(fields=["-started_at"], name="cdr_unrated", condition=Q(unrated_reason__in=NEEDS_A_TARIFF)),
            models.Index(fields=["-started_at"], name="cdr_uncharged", condition=~Q(uncharged_reason="")),
            models.Index(
                fields=["-started_at"],
                name="cdr_doubtful_price",
                condition=Q(disposition=Disposition.ANSWERED) & (Q(price=0) | Q(cost=0) | Q(margin__lt=0)),
            ),
            models.Index(
                fields=["-started_at"],
                name="cdr_contradictory",
                condition=Q(unrated_reason=UnratedReason.CONTRADICTORY),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.src} → {self.dst}"

    @property
    def called_as_shown(self) -> str:
        """Return the called number for people: a code as it was dialled, else the key, else what the node wrote."""
        code = self.called_number.removeprefix("0")
        if self.called_number != code and self.dst in {self.called_number, code}:
            return self.dst
        return self.called_number or self.dialled or self.dst

    def get_absolute_url(self) -> str:
        """Return the page of this call."""
        return reverse("billing:cdr_detail", args=[self.pk])

    def clean(self) -> None:
        """A record with a price has a tariff."""
        if self.price is not None and self.tariff_id is None:
            raise ValidationError({"tariff": _("A price needs the tariff that it came from.")})
