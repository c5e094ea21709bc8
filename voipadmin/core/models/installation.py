"""Who runs this installation, and how it writes to its customers; one row, which people change on its page."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models.base import BaseModel, VisibleQuerySet
from voipadmin.core.models.legal_party import LegalParty
from voipadmin.core.text import addresses
from voipadmin.core.validators import validate_name, validate_text

LONGEST_TERM = 365
SERIES_SHAPE = r"^[A-Z0-9]{0,6}$"


class Installation(LegalParty, BaseModel):
    """The company that issues statements, its mail sender, and the terms of its statements."""

    keeps_changelog = True

    # There is one row: the constraint lets no other value in, the index no second row.
    only = models.BooleanField(_("installation"), default=True, editable=False, unique=True)
    name = models.CharField(
        _("company"), max_length=120, blank=True, validators=[validate_name], help_text=_("As customers know it.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True, validators=[validate_text])
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Where customers write to; it is on statements."))
    # The SHA-256 of its picture; empty: none.
    logo = models.CharField(_("logo"), max_length=64, blank=True, editable=False)
    mail_from = models.EmailField(
        _("mail sender"), blank=True, help_text=_("The address that letters come from; empty: DEFAULT_FROM_EMAIL.")
    )
    staff_domains = models.CharField(
        _("own mail domains"),
        max_length=200,
        blank=True,
        validators=[validate_text],
        help_text=_("Reports with cost and margin may be sent there: example.com, example.net."),
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"),
        default=10,
        validators=[MaxValueValidator(LONGEST_TERM)],
        help_text=_("From the issue of a statement; customers may have days of their own."),
    )
    statement_series = models.CharField(
        _("series of statements"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]{0,6}$", _("Letters and digits, 6 at most."))],
        help_text=_("Statements are numbered 1, 2, 3 … within their series."),
    )
    statement_language = models.CharField(
        _("language of statements"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    payment_instructions = models.TextField(
        _("how to pay"),
        blank=True,
        max_length=1000,
        validators=[validate_text],
        help_text=_("Bank, Pix …; it is on every statement."),
    )
    mails_statements = models.BooleanField(
        _("mail statements"), default=False, help_text=_("Send each statement to its customer when it is issued.")
    )

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="installation_is_one"),
            models.CheckConstraint(
                condition=models.Q(statement_series__regex=SERIES_SHAPE), name="installation_series"
            ),
        ]

    def __str__(self) -> str:
        return self.name or settings.SITE_NAME

    def clean(self) -> None:
        """The party is one of its country; the domains are host names."""
        self.statement_series = self.statement_series.strip().upper()
        self.check_party()
        domains = self.domains_of_staff
        wrong = [domain for domain in domains if not _is_domain(domain)]
        if wrong:
            message = _("“%(domain)s” is no domain: write example.com.") % {"domain": wrong[0][:60]}
            raise ValidationError({"staff_domains": message})
        self.staff_domains = ", ".join(domains)

    @property
    def domains_of_staff(self) -> list[str]:
        """Return the own mail domains, in lower case and once each."""
        words = self.staff_domains.replace(",", " ").lower().split()
        return sorted({word.removeprefix("@") for word in words})

    def missing(self) -> list[Any]:
        """Return the names of the columns without which no statement can be issued."""
        named = {
            _("legal name"): self.legal_name or self.name,
            _("tax number"): self.tax_number,
            _("street and number"): self.street,
        }
        return [name for name, value in named.items() if not value]


def _is_domain(text: str) -> bool:
    try:
        addresses.check_host(text)
    except ValidationError:
        return False
    return "." in text and not text.replace(".", "").isdecimal()


class InstallationLogo(models.Model):
    """A picture that was the logo once: documents that were made with it can be made again."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.sha256
