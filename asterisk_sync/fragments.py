"""Small parts of pages that ask whether what is saved is live, and the buttons of the sync page."""

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from asterisk_sync import services
from asterisk_sync.live_objects import live_objects_of
from asterisk_sync.models import Node, SyncState
from asterisk_sync.queries import GRAVITY, sync_state_of
from asterisk_sync.views import GENERATIONS, NODES
from voipadmin.core.pages.actions import ButtonView


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


def indicator(request: HttpRequest) -> HttpResponse:
    """Show the worst state of all nodes, for the top of every page."""
    if not request.user.has_perm("asterisk_sync.view_node"):
        raise PermissionDenied
    nodes = list(Node.objects.filter(enabled=True).only("state", "desired_generation", "applied_generation"))
    worst = min((SyncState(node.state) for node in nodes), key=GRAVITY.index, default="")
    waiting = sum(max(0, node.desired_generation - node.applied_generation) for node in nodes)
    return render(request, "asterisk_sync/indicator.html", {"worst": worst, "waiting": waiting, "nodes": nodes})


class ApplyNowView(ButtonView):
    """Asks for a complete set to be written, reloaded and read back."""

    entity = NODES
    action = "sync"

    def perform(self, instance: Any) -> str:
        """Ask a worker."""
        services.request_sync(node=instance, actor=self.request.user.get_username())
        return _("A worker applies the configuration now; the state below follows it.")


class RestoreView(ButtonView):
    """Asks for an earlier set to be put back."""

    entity = GENERATIONS
    action = "view"

    def perform(self, instance: Any) -> str:
        """Ask a worker."""
        if not self.request.user.has_perm("asterisk_sync.sync_node"):
            raise PermissionDenied
        actor = self.request.user.get_username()
        services.restore_generation(node=instance.node, generation=instance, actor=actor)
        return _("Generation %(number)s is being put back.") % {"number": instance.number}

    def back_url(self, instance: Any) -> str:
        """Return to the node."""
        return str(instance.node.get_absolute_url())
