"""Secrets that are shown once: kept encrypted in the session by the POST that made them, taken by the page after it.

1. The POST keeps them under a random name and redirects, so that loading the page again repeats nothing.
2. The page takes them: it shows them to the same user, within ten minutes, the first time only.
3. Whoever comes later is told that they were shown.
"""

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.crypto import DecryptionError, decrypt, encrypt
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.objects.views import EntityView

SESSION_KEY = "shown_once"
GOOD_FOR_SECONDS = 10 * 60
# Of pages that nobody opened, so many are kept: a session is no store.
KEPT = 5


def keep_once(request: HttpRequest, values: Mapping[str, str]) -> str:
    """Keep secrets for the next page of this user; return the name under which that page takes them."""
    name = secrets.token_urlsafe(16)
    sealed = encrypt(json.dumps(dict(values)), context=_context(request, name))
    kept = dict(request.session.get(SESSION_KEY, {}))
    kept[name] = [sealed, timezone.now().timestamp() + GOOD_FOR_SECONDS]
    request.session[SESSION_KEY] = dict(list(kept.items())[-KEPT:])
    return name


def take_once(request: HttpRequest, name: str) -> dict[str, str] | None:
    """Return what was kept under a name, and forget it; None where it was shown, is too old or never was."""
    kept = dict(request.session.get(SESSION_KEY, {}))
    found = kept.pop(name, None)
    if found is None:
        return None
    request.session[SESSION_KEY] = kept
    sealed, good_until = found
    if timezone.now().timestamp() > good_until:
        return None
    try:
        values: dict[str, str] = json.loads(decrypt(sealed, context=_context(request, name)))
    except DecryptionError:
        return None
    return values


def _context(request: HttpRequest, name: str) -> str:
    return f"shown_once:{request.user.pk}:{name}"


class ShownOnceView(EntityView[AnyModel]):
    """The page after a POST that made secrets of an object: shows them once, with `template`."""

    template: ClassVar[str]
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        """Show them, and note who saw them; or say that they were shown."""
        instance = self.get_instance()
        values = take_once(request, name)
        if values is None:
            response = self.page("pages/shown_before.html", object=instance)
            response.status_code = HTTPStatus.GONE
        else:
            record_event(AuditEvent.SECRET_SHOWN, instance, details={"field": ", ".join(values)})
            response = self.page(self.template, object=instance, **self.values_context(values))
        response["Cache-Control"] = "no-store"
        return response

    def values_context(self, values: dict[str, str]) -> dict[str, Any]:
        """Return what the template calls them."""
        return dict(values)
