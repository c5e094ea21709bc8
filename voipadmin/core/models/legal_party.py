"""Who a document names as its issuer or its recipient: legal name, tax number and address."""

from collections.abc import Callable
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from voipadmin.core.text.postal import InvalidPostalValue, read_postal_code, read_state
from voipadmin.core.text.tax_numbers import InvalidTaxNumber, TaxNumber, read_tax_number
from voipadmin.core.validators import validate_text


def _text(label: Any, length: int, help_text: Any = "") -> "models.CharField[str, str]":
    """Return an optional column of text; `db_default`: the release before writes rows without it."""
    return models.CharField(
        label, max_length=length, blank=True, default="", db_default="", validators=[validate_text], help_text=help_text
    )


class LegalParty(models.Model):
    """The columns of a party; all may be empty, and a document says what is missing.

    `check_party` brings them to one spelling and is called by the model's `clean`.
    """

    legal_name = _text(_("legal name"), 150, _("As it is registered; empty: the name."))
    tax_number = _text(_("tax number"), 30, _("CNPJ or CPF in Brazil: 12.345.678/0001-95."))
    street = _text(_("street and number"), 200)
    district = _text(_("district"), 80)
    city = _text(_("city"), 80)
    state = _text(_("state"), 60, _("Two letters in Brazil: SP."))
    postal_code = _text(_("postal code"), 16, _("01310-100"))
    country = _text(_("country"), 2, _("Two letters, such as BR; empty: the installation’s own."))

    class Meta:
        abstract = True

    @property
    def tax_country(self) -> str:
        """Return the code of the country by whose rules the tax number is read."""
        return self.country or str(settings.DEFAULT_COUNTRY)

    def written_tax_number(self) -> str:
        """Return the tax number with its name and signs, `CNPJ 12.345.678/0001-95`; empty where none is known."""
        if not self.tax_number:
            return ""
        try:
            read: TaxNumber | None = read_tax_number(self.tax_number, self.tax_country)
        except InvalidTaxNumber:
            read = None
        return self.tax_number if read is None else f"{read.kind} {read}".strip()

    written_tax_number.short_description = _("tax number")  # type: ignore[attr-defined]  # what pages call it

    def address(self) -> str:
        """Return the address in one line."""
        return ", ".join(self.address_lines())

    address.short_description = _("address")  # type: ignore[attr-defined]  # what pages call it

    def address_lines(self) -> list[str]:
        """Return the address as it is written on a letter; the country is named where it is not the installation's."""
        place = " – ".join(part for part in (self.city, self.state) if part)
        town = " ".join(part for part in (self.postal_code, place) if part)
        abroad = self.country if self.country and self.country != settings.DEFAULT_COUNTRY else ""
        return [line for line in (self.street, self.district, town, abroad) if line]

    def check_party(self) -> None:
        """Bring the columns to one spelling; raise ValidationError, by column, for what is none of its country."""
        errors: dict[str, Any] = {}
        self.country = self.country.strip().upper()
        if self.country and self.country not in phonenumbers.SUPPORTED_REGIONS:
            errors["country"] = _("Write the two letters of a country, such as BR.")
        readers: dict[str, Callable[[str, str], Any]] = {
            "tax_number": _tax_number,
            "postal_code": read_postal_code,
            "state": read_state,
        }
        for name, read in readers.items():
            try:
                if getattr(self, name).strip():
                    setattr(self, name, read(getattr(self, name), self.tax_country))
            except (InvalidTaxNumber, InvalidPostalValue) as error:
                errors[name] = error.reason
        if errors:
            raise ValidationError(errors)


def _tax_number(text: str, country: str) -> str:
    return read_tax_number(text, country).value
