"""A bar that says how far an object's job is: it asks again until the job is done, and then the page is shown anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from voipadmin.core.errors import Message
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.objects.views import EntityView


@dataclass(frozen=True)
class Progress:
    """What the bar of `instance` shows; `counts` may have `percent`, and `done` of `total` pieces."""

    instance: Model
    is_busy: bool
    label: Message
    counts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the model's name in lower case, by which the bar is told from others."""
        return str(self.instance._meta.model_name)

    @property
    def url(self) -> str:
        """Return the address that the bar asks: the page named `MODEL_progress`."""
        return reverse(f"{self.instance._meta.app_label}:{self.name}_progress", args=[self.instance.pk])


class ProgressView(EntityView[AnyModel]):
    """Answers the bar; it stands at `MODEL_progress`."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Return the bar, or have htmx load the whole page where the job is done."""
        progress = self.progress_of(self.get_instance())
        if not progress.is_busy and getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Refresh"] = "true"
            return answer
        return render(request, "components/progress.html", {"progress": progress})

    def progress_of(self, instance: AnyModel) -> Progress:
        """Return how far the object's job is."""
        raise NotImplementedError
