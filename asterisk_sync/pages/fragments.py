"""Parts of pages that show whether what is saved is live."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from asterisk_sync.changes.queries import STATES_BY_GRAVITY, sync_state_of
from asterisk_sync.live.objects import live_objects_of
from asterisk_sync.models import DriftFinding, Node, SyncState
from asterisk_sync.pages.banners import banners_for
from voipadmin.core.polling.parts import PolledPart, declare
from voipadmin.core.polling.renewal import address_answer, gives_address
from voipadmin.users.viewers import told_viewer, viewer_told


def object_state(request: HttpRequest, app_label: str, model_name: str, pk: Any) -> HttpResponse:
    """Show whether an object as saved is live in Asterisk, and why not."""
    try:
        model = apps.get_model(app_label, model_name)
    except LookupError as error:
        raise Http404 from error
    manager: Any = model._default_manager
    rows = manager.all()
    if not hasattr(rows, "visible_to"):
        raise Http404
    if not request.user.has_perm(f"{app_label}.view_{model_name}") or not request.user.has_perm(
        "asterisk_sync.view_node"
    ):
        raise PermissionDenied
    instance = get_object_or_404(rows.visible_to(request.user), pk=pk)
    context = {"state": sync_state_of(instance), "live_objects": live_objects_of(instance), "object": instance}
    return render(request, "asterisk_sync/object_state.html", context)


TONES = {SyncState.APPLIED: "ok", SyncState.PENDING: "warn", SyncState.STAGED: "warn", SyncState.HELD: "warn"}


def indicator(request: HttpRequest) -> HttpResponse:
    """Show the worst state of all nodes for the top of every page, and the banners again where they changed.

    The page sends the signature of the banners that it shows, under the name `bars`.
    """
    if not request.user.has_perm("asterisk_sync.view_node"):
        raise PermissionDenied
    context = _indicator_context(request.user)
    signature = context["banners"].signature
    context["banners_changed"] = request.GET.get("bars", signature) != signature
    return render(request, "asterisk_sync/indicator.html", context)


def _indicator_context(user: Any) -> dict[str, Any]:
    nodes = list(Node.objects.filter(enabled=True).only("state", "desired_generation", "applied_generation"))
    worst = min((SyncState(node.state) for node in nodes), key=STATES_BY_GRAVITY.index, default="")
    return {
        "worst": worst,
        "tone": TONES.get(SyncState(worst), "bad") if worst else "",
        "waiting": sum(max(0, node.desired_generation - node.applied_generation) for node in nodes),
        "drift_count": DriftFinding.objects.filter(settlement="", node__enabled=True).count(),
        "banners": banners_for(user),
    }


def _draw_indicator(values: Mapping[str, Any]) -> str:
    """Draw the state without the banners, whose forms need the page's own token: the page asks for these itself."""
    return render_to_string("asterisk_sync/indicator.html", _indicator_context(viewer_told(values)))


INDICATOR_PART = declare(PolledPart("sync_indicator", _draw_indicator, 4))


@gives_address
def indicator_poll(request: HttpRequest) -> JsonResponse:
    """Return the address at which the state is polled, to those who may see nodes."""
    if not request.user.has_perm("asterisk_sync.view_node"):
        raise PermissionDenied
    return address_answer(INDICATOR_PART, told_viewer(request.user))
