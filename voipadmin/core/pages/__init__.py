"""The kit of pages: an `Entity` names a table, a filter and a form, and gets list, detail, create, edit and delete."""

from voipadmin.core.pages.entities.entity import Entity, FieldGroup, FormPreview, Hint, Related
from voipadmin.core.pages.urls import entity_urls, list_urls

__all__ = ["Entity", "FieldGroup", "FormPreview", "Hint", "Related", "entity_urls", "list_urls"]
