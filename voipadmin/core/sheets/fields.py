"""The form field that a sheet is uploaded in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voipadmin.core.sheets.files import LARGEST_FILE


class SheetField(forms.FileField):
    """A CSV or XLSX file; what is too large is refused before it is read."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse what is larger than a list may be."""
        sent = super().clean(data, initial)
        if sent is not None and sent.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than %(size)s MB.") % {"size": LARGEST_FILE >> 20})
        return sent
