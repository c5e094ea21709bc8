"""Money that live calls have set aside, and calls that were refused."""

from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.account import Account
from customers.models import Customer
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices


class HoldState(models.TextChoices):
    """What became of money that was set aside."""

    ACTIVE = "active", _("Set aside")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


class CreditHold(BaseModel):
    """Money set aside for a live call; with the ledger it is what an account has spent."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="holds", db_index=False, verbose_name=_("account")
    )
    node_name = models.CharField(_("node"), max_length=60)
    # The caller's channel, by its unique id: that of the record which the call will leave.
    uniqueid = models.CharField(max_length=150)
    channel = models.CharField(max_length=160, blank=True)
    number = models.CharField(_("to"), max_length=80)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6)
    granted_seconds = models.PositiveIntegerField(_("seconds granted"))
    # What the next slice is worked out from: the rate as it was when the call was let through.
    applied_rate = models.CharField(max_length=160)
    # The caller's number as prices know it, for a service that takes the call over.
    origin = models.CharField(max_length=40, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=8, choices=HoldState.choices, default=HoldState.ACTIVE)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit hold")
        verbose_name_plural = _("credit holds")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["node_name", "uniqueid"], name="credit_hold_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="credit_hold_not_negative"),
            known_choices("credit_hold_state_known", state=HoldState),
        ]
        # The only index of what is active: with a second one, a plan made while there are few may add up an account's
        # holds by reading everybody's.
        indexes = [models.Index(fields=["account"], name="credit_hold_active", condition=Q(state="active"))]

    def __str__(self) -> str:
        return f"{self.number} {self.amount}"


class SpendingSum(BaseModel):
    """What the ledger says an account spent on calls in the last hour and day, without what its live calls hold.

    Summed up in the transaction that releases the holds of settled calls: each call is in one of the two, or in both.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="spending_sum")
    hour = models.DecimalField(max_digits=20, decimal_places=6)
    day = models.DecimalField(max_digits=20, decimal_places=6)

    def __str__(self) -> str:
        return f"{self.account}: {self.hour}, {self.day}"


class RiskyCall(BaseModel):
    """A call of the last minute that goes abroad or to a number at high risk: what velocity counts."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="risky_calls")
    number = models.CharField(max_length=80)
    # By the clock of the database, which is one for all services.
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


# Reasons on the carriers' side. A customer sees them as a destination that is not sold; the caller got the same cause.
INTERNAL_REASONS = ("currency", "no_carrier", "loss")


class RefusedCallQuerySet(VisibleQuerySet):
    """Calls that were not let through."""

    users_path = "customer__users"

    def visible_to(self, user: Any) -> Self:
        """Return the rows that `user` may see, each with `shown_reason`: to a customer, `no_rate` for internal ones."""
        rows = super().visible_to(user)
        if not user.is_authenticated or user.sees_everything:
            return rows.annotate(shown_reason=F("reason"))
        internal = When(reason__in=INTERNAL_REASONS, then=Value("no_rate"))
        return rows.annotate(shown_reason=Case(internal, default=F("reason"), output_field=models.CharField()))


class RefusedCall(BaseModel):
    """A call that was not let through, and why."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="refused_calls", db_index=False, verbose_name=_("customer")
    )
    node_name = models.CharField(_("node"), max_length=60)
    uniqueid = models.CharField(max_length=150)
    number = models.CharField(_("to"), max_length=80)
    reason = models.CharField(_("reason"), max_length=20)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    cause = models.PositiveSmallIntegerField(_("cause"))

    objects = RefusedCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused call")
        verbose_name_plural = _("refused calls")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="refused_call_of_customer"),
            models.Index(fields=["-created_at"], name="refused_call_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"

    def get_absolute_url(self) -> str:
        """Return the page of this call."""
        return reverse("billing:refusedcall_detail", args=[self.pk])
