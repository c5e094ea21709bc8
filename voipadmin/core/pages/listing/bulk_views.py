"""The pages between a list and the job: rows are chosen, and it is asked whether it shall be done to them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voipadmin.core.errors import DomainError
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.bulk.selection import (
    MOST_OBJECTS,
    Selection,
    action_named,
    asked_query,
    asked_selection,
    forget,
    keep,
    kept,
    rows_of,
)
from voipadmin.core.pages.bulk.work import KIND
from voipadmin.core.pages.entities.bulk_actions import BulkAction
from voipadmin.core.pages.entities.consequences import use_of_all
from voipadmin.core.pages.entities.registry import label_of
from voipadmin.core.pages.objects.views import EntityView

SHOWN = 12
# From so many on the count is typed, whatever the action is.
TYPED_FROM = 10

POSSIBLE, NOTHING = "possible", "nothing"
MODES = (
    (POSSIBLE, gettext_lazy("Do what is possible, and list the rest")),
    (NOTHING, gettext_lazy("All or nothing: where one is refused, change none")),
)


class ConfirmForm(PanelForm):
    """Whether it shall be done, and how."""

    mode = forms.ChoiceField(
        label=gettext_lazy("where some are refused"),
        choices=MODES,
        initial=POSSIBLE,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    typed = forms.CharField(label=gettext_lazy("how many"), max_length=12, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, count: int, is_typed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._count = count
        self.fields["seen"].initial = count
        if is_typed:
            self.fields["typed"].help_text = _("Type %(count)d to confirm.") % {"count": count}
            self.fields["typed"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        else:
            del self.fields["typed"]

    def clean(self) -> dict[str, Any]:
        """Refuse a count that is not the one of now."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if answers.get("seen") != self._count:
            text = _("There are %(count)d now; there were %(seen)s when you were asked.")
            values = {"count": self._count, "seen": answers.get("seen", "—")}
            raise forms.ValidationError(text % values)
        digits = "".join(sign for sign in answers.get("typed", "") if sign.isdigit())
        if "typed" in self.fields and digits != str(self._count):
            self.add_error("typed", _("This is not the number of objects."))
        return answers


class BulkSelectView(EntityView[AnyModel]):
    """Takes the rows that were chosen in a list, and asks about them on a page of its own."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the selection and go to its question."""
        back = self.entity.url("list")
        query = asked_query(request)
        selection = asked_selection(request)
        if selection is None:
            messages.error(request, _("Choose the rows first."))
        elif action_named(self.entity, request.user, selection.action) is None:
            messages.error(request, _("Choose what is to be done with the rows."))
        else:
            return redirect(self.entity.url("confirm", keep(request, selection)))
        return redirect(f"{back}?{query}" if query else back)


class BulkConfirmView(EntityView[AnyModel]):
    """Says what will be done to how many objects, asks for what is needed, and begins the job."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Go back to the list where the selection is gone."""
        selection = kept(request, kwargs["key"])
        action = action_named(self.entity, request.user, selection.action) if selection else None
        if request.user.has_perm(self.entity.permission("view")) and (selection is None or action is None):
            messages.error(request, _("This selection is no longer kept. Choose the rows again."))
            return redirect(self.entity.url("list"))
        self.selection: Selection = selection  # type: ignore[assignment]  # without one the base refuses
        self.bulk_action: BulkAction = action  # type: ignore[assignment]  # as above
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Ask."""
        return self._ask(self.bulk_action.form(user=request.user), None)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Begin the job, about exactly the objects that were counted."""
        form = self.bulk_action.form(request.POST, user=request.user)
        rows = rows_of(self.entity, request, self.selection)
        keys = sorted({str(key) for key in rows.values_list("pk", flat=True)[: MOST_OBJECTS + 1]})
        confirm = self._confirm_form(request.POST, len(keys))
        if not (form.is_valid() & confirm.is_valid()) or not 0 < len(keys) <= MOST_OBJECTS:
            return self._ask(form, confirm)
        parameters = {
            "entity": label_of(self.entity),
            "action": self.bulk_action.name,
            "answers": {name: request.POST.getlist(name) for name in form.fields if name in request.POST},
            "all_or_nothing": confirm.cleaned_data["mode"] == NOTHING,
        }
        try:
            job = begin_job(
                KIND,
                user=request.user,
                subject=f"{self.bulk_action.label}: {self.entity.name_plural}",
                parameters=parameters,
                file=("keys", ["\n".join(keys).encode()]),
                total=len(keys),
            )
        except DomainError as error:
            messages.error(request, str(error.message))
            return self._ask(form, confirm)
        forget(request, key)
        return redirect(job.get_absolute_url())

    def _confirm_form(self, data: Any, count: int) -> ConfirmForm:
        is_typed = count > 1 and (self.bulk_action.is_dangerous or count >= TYPED_FROM)
        return ConfirmForm(data, count=count, is_typed=is_typed)

    def _ask(self, form: PanelForm, confirm: ConfirmForm | None) -> HttpResponse:
        action = self.bulk_action
        rows = rows_of(self.entity, self.request, self.selection)
        count = rows.values("pk").distinct().count()
        eligible = action.eligible(rows).values("pk").distinct().count() if action.eligible else count
        title = ngettext("%(action)s: %(count)d object", "%(action)s: %(count)d objects", count)
        if confirm is not None and confirm.is_bound and confirm.cleaned_data.get("seen") != count:
            # What is asked about next is what there is now.
            sent: Any = confirm.data
            confirm.data = sent.copy()
            confirm.data["seen"] = str(count)  # type: ignore[index]  # a copy of the request's
        return self.page(
            "pages/bulk.html",
            action=action,
            title=title % {"action": action.label, "count": count},
            count=count,
            ineligible=count - eligible,
            too_many=MOST_OBJECTS if count > MOST_OBJECTS else 0,
            examples=rows[:SHOWN],
            rest=max(count - SHOWN, 0),
            consequences=action.consequences(rows),
            figures=use_of_all(rows, self.request.user) if count <= MOST_OBJECTS else (),
            form=form,
            confirm=confirm or self._confirm_form(None, count),
            back_url=f"{self.entity.url('list')}?{self.selection.query}",
        )
