"""The part of the page of the calls up now that shows spend and margin as they burn."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from asterisk_sync.calls_up.queries import scope_of, scope_told
from reports.burn.queries import burn_report
from voipadmin.core.polling.parts import PolledPart, declare
from voipadmin.core.polling.renewal import address_answer, gives_address

# Today's sums change with each record; nobody sees ten seconds of them.
SECONDS = 10


def draw(values: Mapping[str, Any]) -> str:
    """Draw the part."""
    scope = scope_told(values)
    return render_to_string(
        "reports/burn.html", {"report": burn_report(scope, timezone.now()), "sees_cost": scope.sees_cost}
    )


BURN_PART = declare(PolledPart("burn", draw, SECONDS))


@gives_address
@require_safe
def burn_poll(request: HttpRequest) -> JsonResponse:
    """Return the address at which the part is polled, to those who may see calls up now."""
    if not request.user.has_perm("asterisk_sync.view_call"):
        raise PermissionDenied
    return address_answer(BURN_PART, scope_of(request.user).told())
