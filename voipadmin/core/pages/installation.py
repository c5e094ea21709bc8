"""The page of the installation's settings: company, address, logo, mail sender, terms of statements."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.installation.queries import logo_address, read_installation
from voipadmin.core.installation.services import save_installation
from voipadmin.core.models import Installation
from voipadmin.core.pages.changelog import latest_changes
from voipadmin.core.pages.objects.views import save_form
from voipadmin.core.viewer import sees_everything

VIEW, CHANGE = "core.view_installation", "core.change_installation"


class InstallationForm(EntityForm):
    """The settings; each group is a part of the page."""

    logo_file = forms.FileField(
        label=gettext_lazy("logo"),
        required=False,
        help_text=gettext_lazy("PNG or JPEG, 256 KB at most. It is on statements."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("without a logo"), required=False)
    fieldsets = (
        (
            gettext_lazy("Company"),
            gettext_lazy("Who issues statements."),
            ("name", "legal_name", "tax_number", "phone", "email"),
        ),
        (gettext_lazy("Address"), "", ("street", "district", "city", "state", "postal_code", "country")),
        (gettext_lazy("Logo"), "", ("logo_file", "without_logo")),
        (
            gettext_lazy("Mail"),
            gettext_lazy("The mail server itself is set in EMAIL_URL."),
            ("mail_from", "staff_domains"),
        ),
        (
            gettext_lazy("Statements"),
            gettext_lazy("What was issued keeps the terms that it was issued with."),
            ("statement_series", "payment_days", "statement_language", "payment_instructions", "mails_statements"),
        ),
    )  # fmt: skip

    class Meta:
        model = Installation

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        given = self.cleaned_data.get("logo_file")
        logo = given.read() if given else (b"" if self.cleaned_data.get("without_logo") else None)
        return save_installation(installation=self.instance, logo=logo)


class InstallationView(View):
    """Shows the settings to those who may see them, and saves them for those who may change them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse those without the permission."""
        if not request.user.has_perm(CHANGE if request.method == "POST" else VIEW):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self._show(InstallationForm(instance=read_installation(), user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save them, or show what was refused."""
        form = InstallationForm(request.POST, request.FILES, instance=read_installation(), user=request.user)
        if save_form(form) is None:
            return self._show(form)
        messages.success(request, _("The settings are saved."))
        return redirect("installation")

    def _show(self, form: InstallationForm) -> HttpResponse:
        stored = read_installation()
        may_change = self.request.user.has_perm(CHANGE)
        for field in form.fields.values():
            field.disabled = not may_change
        context = {
            "form": form,
            "may_change": may_change,
            "missing": stored.missing(),
            "logo": logo_address(stored.logo),
            "changes": latest_changes(stored)
            if not stored._state.adding and sees_everything(self.request.user)
            else [],
        }
        return render(self.request, "pages/installation.html", context)
