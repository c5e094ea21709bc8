"""The addresses of an entity's pages."""

from typing import Any

from django.urls import URLPattern, path

from voipadmin.core.pages.entities.entity import Entity
from voipadmin.core.pages.entities.registry import register
from voipadmin.core.pages.listing.bulk_views import BulkConfirmView, BulkSelectView
from voipadmin.core.pages.listing.list_menus import LayoutView, ViewChangeView, ViewCreateView
from voipadmin.core.pages.listing.lists import ObjectListView
from voipadmin.core.pages.listing.picking import pick
from voipadmin.core.pages.objects.secrets import SecretView
from voipadmin.core.pages.objects.views import (
    ObjectCreateView,
    ObjectDeleteView,
    ObjectDetailView,
    ObjectEditView,
    ObjectPreviewView,
)

# What is about any list.
list_urls = [
    path("<str:list_name>/layout/", LayoutView.as_view(), name="list_layout"),
    path("<str:list_name>/views/", ViewCreateView.as_view(), name="list_view_create"),
    path("<str:list_name>/pick/", pick, name="pick"),
    path("views/<uuid:pk>/", ViewChangeView.as_view(), name="list_view_change"),
]


def entity_urls(prefix: str, entity: Entity[Any]) -> list[URLPattern]:
    """Return list and detail, and the other pages where there are such; names are `MODEL_list`, `MODEL_create`..."""
    register(entity)
    name = entity.model_name
    patterns = [path(f"{prefix}/", ObjectListView.as_view(entity=entity), name=f"{name}_list")]
    if entity.form is not None and entity.creates:
        patterns.append(path(f"{prefix}/new/", ObjectCreateView.as_view(entity=entity), name=f"{name}_create"))
    if entity.form is not None:
        patterns.append(path(f"{prefix}/<uuid:pk>/edit/", ObjectEditView.as_view(entity=entity), name=f"{name}_edit"))
    if entity.preview is not None:
        patterns.append(path(f"{prefix}/preview/", ObjectPreviewView.as_view(entity=entity), name=f"{name}_preview"))
    if entity.delete is not None:
        view = ObjectDeleteView.as_view(entity=entity)
        patterns.append(path(f"{prefix}/<uuid:pk>/delete/", view, name=f"{name}_delete"))
    if entity.bulk:
        patterns.append(path(f"{prefix}/bulk/", BulkSelectView.as_view(entity=entity), name=f"{name}_bulk"))
        view = BulkConfirmView.as_view(entity=entity)
        patterns.append(path(f"{prefix}/bulk/<str:key>/", view, name=f"{name}_confirm"))
    if entity.secrets:
        view = SecretView.as_view(entity=entity)
        patterns.append(path(f"{prefix}/<uuid:pk>/secret/<slug:field>/", view, name=f"{name}_secret"))
    return [*patterns, path(f"{prefix}/<uuid:pk>/", ObjectDetailView.as_view(entity=entity), name=f"{name}_detail")]
