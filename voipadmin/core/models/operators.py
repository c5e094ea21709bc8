"""Whose a number is: the ranges that the numbering administration gave to operators."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models.base import known_choices


class OperatorRangeKind(models.TextChoices):
    """Of which of the administration's files a range is."""

    FIXED = "fixed", _("Fixed line")
    MOBILE = "mobile", _("Mobile")
    NON_GEOGRAPHIC = "non_geographic", _("Non-geographic")


class OperatorRange(models.Model):
    """National numbers from `first` to `last`, as the administration's file gives them; a file replaces its kind.

    A number that was ported is another operator's by now; no public file says so.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=14, choices=OperatorRangeKind.choices)
    first = models.BigIntegerField(_("first number"))
    last = models.BigIntegerField(_("last number"))
    operator = models.CharField(_("operator"), max_length=200)
    tax_id = models.CharField(_("tax id (CNPJ)"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=2, blank=True)
    area = models.CharField(_("area code"), max_length=3, blank=True)
    prefix = models.CharField(_("prefix"), max_length=10, blank=True)
    locality_code = models.CharField(_("locality code (CNL)"), max_length=10, blank=True)
    locality = models.CharField(_("city"), max_length=120, blank=True)
    local_area = models.CharField(_("local area"), max_length=120, blank=True)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    code = models.CharField(_("code"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("operator's range")
        verbose_name_plural = _("operators' ranges")
        ordering = ["first"]
        indexes = [models.Index(fields=["first", "last"], name="operator_range_first")]
        constraints = [
            known_choices("operator_range_kind_known", kind=OperatorRangeKind),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="operator_range_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last} · {self.operator}"

    @property
    def place(self) -> str:
        """Return city and state, as far as the file names them."""
        return " · ".join(filter(None, (self.locality, self.state)))
