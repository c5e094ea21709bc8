"""Which set a node ran when a call began, on the call's page."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from asterisk_sync.generations.store import live_at
from asterisk_sync.models import Node
from billing.models import Cdr


def call_moment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the set that was live when a call began, the present one, and where the text of the former is gone."""
    user: Any = request.user
    if not (user.has_perm("billing.view_cdr") and user.has_perm("asterisk_sync.view_generation")):
        raise PermissionDenied
    call = get_object_or_404(Cdr.objects.visible_to(user), pk=pk)
    node = Node.objects.filter(name=call.node_name).first()
    then = live_at(node, call.started_at) if node else None
    return render(request, "asterisk_sync/call_moment.html", {"node": node, "then": then, "call": call})
