"""The page that imports a file of call records: upload, what its columns are, preview, apply."""

import secrets
import zoneinfo
from dataclasses import asdict, dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asterisk_sync.models import Node
from billing.cdrs.files.call_files import CallFile, preview_call_file, read_call_file
from billing.cdrs.lines.table_headings import ROLES
from billing.cdrs.lines.written_values import DMY, MDY
from billing.cdrs.rejected_pages import REJECTED_RECORDS
from billing.models import RejectedRecord
from reports.cdr_files.cdr_import_job import begin_import
from reports.cdr_files.spools import ONLY_NODE
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.sheets.fields import SheetField
from voipadmin.core.sheets.input_errors import FileError, column_letter, message_of

KEPT_SECONDS = 3600
# Larger ones are imported with `manage.py import_cdr`: a page answers within seconds.
LARGEST = 10 * 1024 * 1024
ROLE_LABELS: dict[str, Message] = {
    "start": gettext_lazy("start"),
    "clock": gettext_lazy("time of day of the start"),
    "answer": gettext_lazy("answer"),
    "end": gettext_lazy("end"),
    "duration": gettext_lazy("duration"),
    "billsec": gettext_lazy("billable seconds"),
    "disposition": gettext_lazy("disposition"),
    "src": gettext_lazy("calling number"),
    "dst": gettext_lazy("called number"),
    "clid": gettext_lazy("caller ID"),
    "channel": gettext_lazy("channel"),
    "dstchannel": gettext_lazy("destination channel"),
    "account": gettext_lazy("account code"),
    "uniqueid": gettext_lazy("unique ID"),
    "linkedid": gettext_lazy("linked ID"),
    "sequence": gettext_lazy("sequence"),
}
DATE_ORDERS = (
    ("", gettext_lazy("as the file says")),
    (DMY, gettext_lazy("day/month")),
    (MDY, gettext_lazy("month/day")),
)


class CallFileForm(PanelForm):
    """A file of call records, and whose calls they are."""

    file = SheetField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy("Master.csv, cdr_custom, an export of FreePBX, or a table (CSV, XLSX) with headings."),
    )
    node = forms.ChoiceField(label=gettext_lazy("node"), help_text=gettext_lazy("Whose calls they are."))
    zone = forms.ChoiceField(
        label=gettext_lazy("time zone"), help_text=gettext_lazy("The clock by which the file's times are written.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        nodes = list(Node.objects.order_by("name").values_list("name", flat=True)) or [ONLY_NODE]
        named["node"].choices = [(name, name) for name in nodes]
        named["zone"].choices = [(name, name) for name in sorted(zoneinfo.available_timezones())]
        named["zone"].initial = settings.TIME_ZONE

    def clean_file(self) -> Any:
        """Refuse what takes a page too long."""
        sent = self.cleaned_data["file"]
        if sent is not None and sent.size > LARGEST:
            text = _("The file is larger than %(size)s MB. Import it with manage.py import_cdr.")
            raise forms.ValidationError(text % {"size": LARGEST >> 20})
        return sent


class ColumnsForm(PanelForm):
    """What the columns of a table are, and the order of its dates."""

    def __init__(self, file: CallFile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in ROLES:
            self.fields[role] = _column_field(role, file)
        order = file.layout.date_order if file.layout else ""
        self.fields["date_order"] = forms.ChoiceField(
            label=gettext_lazy("order of dates"), required=False, choices=DATE_ORDERS, initial=order.strip("?")
        )
        self.style_widgets()

    def chosen_columns(self) -> dict[str, int]:
        """Return role -> index as they were chosen."""
        return {role: int(self.cleaned_data[role]) for role in ROLES if self.cleaned_data[role]}


def _column_field(role: str, file: CallFile) -> forms.ChoiceField:
    headings = [(str(index), f"{column_letter(index)}: {heading}") for index, heading in enumerate(file.headings)]
    label: Any = ROLE_LABELS[role]
    known = file.layout.columns.get(role) if file.layout else None
    return forms.ChoiceField(
        label=label, required=False, choices=[("", "—"), *headings],
        initial="" if known is None else str(known),
    )  # fmt: skip


@dataclass(frozen=True)
class KeptFile:
    """A file that was looked at, and what was said of it, until it is imported."""

    name: str
    content: bytes
    node: str
    zone: str
    columns: dict[str, int] | None = None
    date_order: str = ""

    def read(self) -> CallFile:
        """Return its lines and how they are read; raise FileError."""
        return read_call_file(self.content, zoneinfo.ZoneInfo(self.zone), self.columns, self.date_order)


class CallFileView(EntityView[RejectedRecord]):
    """Shows what a file would bring, asks what its columns are, and imports it."""

    entity = REJECTED_RECORDS
    action = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file."""
        return self._show(CallFileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at a file, take what was said of its columns, or import it."""
        kept: KeptFile | None = cache.get(self._place(request.POST.get("key", "")))
        if "apply" in request.POST or "columns" in request.POST:
            if kept is None:
                messages.error(request, _("This file is no longer kept. Upload it again."))
                return self._show(CallFileForm())
            return self._apply(request, kept) if "apply" in request.POST else self._with_columns(request, kept)
        form = CallFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form)
        sent = form.cleaned_data["file"]
        return self._look(KeptFile(sent.name, sent.read(), form.cleaned_data["node"], form.cleaned_data["zone"]))

    def _with_columns(self, request: HttpRequest, kept: KeptFile) -> HttpResponse:
        form = ColumnsForm(kept.read(), request.POST)
        if not form.is_valid():
            return self._show(None, columns_form=form, key=request.POST["key"], kept=kept)
        return self._look(replace(kept, columns=form.chosen_columns(), date_order=form.cleaned_data["date_order"]))

    def _look(self, kept: KeptFile) -> HttpResponse:
        try:
            file = kept.read()
        except FileError as refused:
            messages.error(self.request, str(message_of(refused.error.kept())))
            return self._show(CallFileForm(initial={"node": kept.node, "zone": kept.zone}))
        found = preview_call_file(file, kept.node, zoneinfo.ZoneInfo(kept.zone)) if file.is_readable else None
        if file.layout is None and not (found and found.holds_records):
            again = CallFileForm(initial={"node": kept.node, "zone": kept.zone})
            return self._show(again, preview=found, kept=kept)
        key = secrets.token_urlsafe(16)
        cache.set(self._place(key), kept, KEPT_SECONDS)
        columns_form = ColumnsForm(file) if file.layout else None
        missing = [ROLE_LABELS[role] for role in file.missing]
        asks_order = bool(file.layout and file.layout.date_order == "?")
        return self._show(
            None, columns_form=columns_form, preview=found, key=key, kept=kept, missing=missing, asks_order=asks_order
        )

    def _apply(self, request: HttpRequest, kept: KeptFile) -> HttpResponse:
        try:
            job = begin_import(user=request.user, **asdict(kept))
        except DomainError as error:
            messages.error(request, str(error.message))
            return self._show(CallFileForm())
        cache.delete(self._place(request.POST["key"]))
        return redirect(job.get_absolute_url())

    def _place(self, key: str) -> str:
        return f"cdr-import:{self.request.user.pk}:{key[:40]}"

    def _show(self, form: CallFileForm | None, **context: Any) -> HttpResponse:
        return self.page("reports/cdr_import.html", form=form, calls_url=reverse("billing:cdr_list"), **context)
