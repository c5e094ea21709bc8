"""The page that imports a list of numbers: upload, preview, apply."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbering.imports import apply_import, preview_import
from numbering.models import DID
from numbering.views import DIDS
from routing.models import Provider
from voipadmin.core.errors import DomainError
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages.views import EntityView
from voipadmin.core.sheets.fields import SheetField

KEPT_SECONDS = 3600


class ImportForm(PanelForm):
    """A carrier's list of numbers."""

    file = SheetField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy("CSV or XLSX with headings: number or range, provider, gateway, monthly cost, notes."),
    )
    provider = forms.ModelChoiceField(
        Provider.objects.none(), label=gettext_lazy("provider"), required=False,
        help_text=gettext_lazy("Of rows that name none."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["provider"]
        field.queryset = Provider.objects.visible_to(user)


class ImportView(EntityView[DID]):
    """Shows what a list would do; the same list, kept for its reader alone, is then applied."""

    entity = DIDS
    action = "add"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file."""
        return self._show(ImportForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at a file that was sent, or apply the one that was looked at."""
        if "key" in request.POST:
            return self._apply(request)
        form = ImportForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self._show(form)
        content, provider = form.cleaned_data["file"].read(), form.cleaned_data["provider"]
        plan = preview_import(content=content, provider=provider)
        key = ""
        if not plan.errors:
            key = secrets.token_urlsafe(16)
            cache.set(self._place(key), (content, provider), KEPT_SECONDS)
        return self._show(form, plan=plan, key=key)

    def _apply(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request.POST["key"])
        content, provider = cache.get(place) or (b"", None)
        form = ImportForm(user=request.user)
        if not content:
            messages.error(request, _("This list is no longer kept. Upload it again."))
            return self._show(form)
        try:
            plan = apply_import(content=content, provider=provider)
        except DomainError as error:
            messages.error(request, str(error.message))
            return self._show(form)
        cache.delete(place)
        counts = {"new": len(plan.new), "changed": len(plan.changed)}
        messages.success(request, _("Numbers imported: %(new)s new, %(changed)s changed.") % counts)
        return redirect(self.entity.url("list"))

    def _place(self, key: str) -> str:
        return f"did-import:{self.request.user.pk}:{key[:40]}"

    def _show(self, form: ImportForm, **context: Any) -> HttpResponse:
        return self.page("numbering/did/import.html", form=form, **context)
