"""On which nodes an object is: a panel on its page, and the page on which nodes are chosen for it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asterisk_sync.changes.placement import chosen_nodes, nodes_carrying, place_object, trouble_of
from asterisk_sync.models import Node
from customers.views import CUSTOMERS
from numbering.views import DIDS
from routing.views import GATEWAYS
from voipadmin.core.errors import DomainError
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages import Entity
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.links import page_of

PLACED = (CUSTOMERS, GATEWAYS, DIDS)


class PlacementForm(PanelForm):
    """The nodes that are chosen for an object; with none it is on every node."""

    nodes = forms.ModelMultipleChoiceField(
        queryset=Node.objects.all(),
        required=False,
        label=gettext_lazy("nodes"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )


class PlacementView(EntityView[Any]):
    """A page about the nodes of an object, for those who may see nodes."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse those who see no nodes."""
        if not request.user.has_perm("asterisk_sync.view_node"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class NodesOfObjectView(PlacementView):
    """The panel: nothing where there is only one node."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show it."""
        instance, count = self.get_instance(), Node.objects.count()
        if count < 2:  # noqa: PLR2004 - with one node there is no choice
            return HttpResponse("")
        context = {
            "chosen": chosen_nodes(instance),
            "carriers": Node.objects.filter(pk__in=nodes_carrying(instance)).order_by("name"),
            "trouble": trouble_of(instance),
            "follows": self.entity is DIDS,
            "place_url": self.entity_url("place", instance),
        }
        return self.page("asterisk_sync/placement/panel.html", object=instance, **context)

    def entity_url(self, action: str, instance: Any) -> str:
        """Return the address of another page about the object's nodes, for those who may change it."""
        may = self.request.user.has_perm(self.entity.permission("change"))
        return f"{self.request.path}{action}/" if may else ""


class PlaceView(PlacementView):
    """The page on which nodes are chosen."""

    action = "change"

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show the choice."""
        instance = self.get_instance()
        return self._show(PlacementForm(initial={"nodes": chosen_nodes(instance)}), instance)

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Place it."""
        instance, form = self.get_instance(), PlacementForm(request.POST)
        if not form.is_valid():
            return self._show(form, instance)
        try:
            place_object(instance=instance, nodes=form.cleaned_data["nodes"])
        except DomainError as error:
            form.take_error(error)
            return self._show(form, instance)
        done = _("“%(object)s” is being moved; its state says when it is done.")
        messages.success(request, done % {"object": instance})
        return redirect(page_of(instance))

    def _show(self, form: PlacementForm, instance: Any) -> HttpResponse:
        return self.page(
            "asterisk_sync/placement/choose.html",
            object=instance,
            form=form,
            follows=self.entity is DIDS,
            cancel_url=page_of(instance),
        )


def _urls_of(entity: Entity[Any]) -> list[URLPattern]:
    name, prefix = entity.model_name, f"sync/nodes-of/{entity.model_name}/<uuid:pk>/"
    return [
        path(prefix, NodesOfObjectView.as_view(entity=entity), name=f"nodes_of_{name}"),
        path(f"{prefix}place/", PlaceView.as_view(entity=entity), name=f"place_{name}"),
    ]


urlpatterns = [pattern for entity in PLACED for pattern in _urls_of(entity)]
