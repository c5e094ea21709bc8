"""The page that imports a list of numbers: upload, preview, apply."""

import secrets
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbering.did_lists.choice import INTERNATIONAL
from numbering.did_lists.imports import preview_import
from numbering.job_kinds import begin_import
from numbering.models import DID
from numbering.views import DIDS
from routing.models import Provider
from voipadmin.core.errors import DomainError
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.numbers.metadata import calling_codes_by_region
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.sheets.fields import SheetField

KEPT_SECONDS = 3600


class ImportForm(PanelForm):
    """A carrier's list of numbers."""

    file = SheetField(
        label=gettext_lazy("file"), required=False,
        help_text=gettext_lazy("CSV or XLSX with headings: number or range, provider, gateway, monthly cost, notes."),
    )  # fmt: skip
    provider = forms.ModelChoiceField(
        Provider.objects.none(), label=gettext_lazy("provider"), required=False,
        help_text=gettext_lazy("Of rows that name none."),
    )  # fmt: skip
    country = forms.ChoiceField(
        label=gettext_lazy("country"), required=False,
        help_text=gettext_lazy("Of numbers without a calling code. Where the list leaves it open, it is asked."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, kept: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not kept
        field: Any = self.fields["provider"]
        field.queryset = Provider.objects.visible_to(user)
        country: Any = self.fields["country"]
        country.choices = country_choices()


class KeptList(NamedTuple):
    """A file that was looked at, with what was chosen for it, until it is applied or looked at again."""

    name: str
    content: bytes
    provider: Provider | None = None
    country: str = ""


def country_choices() -> list[tuple[str, Any]]:
    """Return what may be chosen as the country of a list: none, which is the installation's, all, and each one."""
    home = settings.DEFAULT_COUNTRY
    named = [(region, f"{region} (+{code})") for region, code in calling_codes_by_region()]
    open_choice = _("%(country)s, as far as the list leaves no doubt") % {"country": dict(named).get(home, home)}
    international = _("None: each number begins with its calling code")
    return [("", open_choice), (INTERNATIONAL, international), *named]


class ImportView(EntityView[DID]):
    """Shows what a list would do; the same list, kept for its reader alone, is then applied by a job."""

    entity = DIDS
    action = "add"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file."""
        return self._show(ImportForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at a file, sent now or before, or apply the one that was looked at."""
        kept: KeptList | None = cache.get(self._place(request.POST.get("key", "")))
        if "apply" in request.POST:
            return self._apply(request, kept)
        form = ImportForm(request.POST, request.FILES, user=request.user, kept=kept is not None)
        if not form.is_valid():
            return self._show(form, kept=kept)
        sent, chosen = form.cleaned_data["file"], (form.cleaned_data["provider"], form.cleaned_data["country"])
        name, content = (sent.name, sent.read()) if sent or kept is None else kept[:2]
        plan = preview_import(content=content, provider=chosen[0], country=chosen[1])
        key = secrets.token_urlsafe(16)
        kept = KeptList(name, content, *chosen)
        cache.set(self._place(key), kept, KEPT_SECONDS)
        return self._show(form, plan=plan, key=key, kept=kept)

    def _apply(self, request: HttpRequest, kept: KeptList | None) -> HttpResponse:
        form = ImportForm(user=request.user)
        if kept is None:
            messages.error(request, _("This list is no longer kept. Upload it again."))
            return self._show(form)
        try:
            job = begin_import(user=request.user, **kept._asdict())
        except DomainError as error:
            messages.error(request, str(error.message))
            return self._show(form)
        cache.delete(self._place(request.POST["key"]))
        return redirect(job.get_absolute_url())

    def _place(self, key: str) -> str:
        return f"did-import:{self.request.user.pk}:{key[:40]}"

    def _show(self, form: ImportForm, **context: Any) -> HttpResponse:
        form.fields["file"].required = not context.get("kept")
        return self.page("numbering/did/import.html", form=form, **context)
