"""The generic pages: permission, the rows that the user may see, one domain call."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View

from voipadmin.core.errors import DomainError
from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.asking.conflicts import Conflict, conflict_with, version_of
from voipadmin.core.pages.asking.deletion import deletion_question, hanging_on
from voipadmin.core.pages.asking.questions import ask, ask_again, is_answered, token_for
from voipadmin.core.pages.bulk.selection import actions_for
from voipadmin.core.pages.changelog import changelog_of
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.entities.display import detail_groups
from voipadmin.core.pages.entities.entity import Entity, Related
from voipadmin.core.tables.links import page_of
from voipadmin.core.viewer import sees_everything


@dataclass(frozen=True)
class RelatedPanel:
    """A related list, and whether the user may add to it."""

    related: Related
    may_create: bool


class EntityView(View, Generic[AnyModel]):
    """A page of an entity, open to those whose role has the permission of its `action`."""

    # `as_view` only takes what the class has; each address gives one.
    entity: Entity[AnyModel] = None  # type: ignore[assignment]
    action: ClassVar[str] = "view"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse those without the permission."""
        if not request.user.has_perm(self.entity.permission(self.action)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_instance(self) -> AnyModel:
        """Return the object of the address, if the user may see it; 404 otherwise."""
        return get_object_or_404(self.entity.objects_for(self.request.user), pk=self.kwargs["pk"])

    def page(self, template: str, **context: Any) -> HttpResponse:
        """Draw a template with what every page of an entity needs."""
        instance = context.get("object")
        address = {"object_url": page_of(instance)} if instance is not None else {}
        return render(self.request, template, {**self.common_context(), **address, **context})

    def common_context(self) -> dict[str, Any]:
        """Return the entity, its addresses and what the user may do with it."""
        user = self.request.user
        entity = self.entity
        can = {action: user.has_perm(entity.permission(action)) for action in ("add", "change", "delete", "reveal")}
        return {
            "entity": entity,
            "list_url": entity.url("list"),
            "entity_secret_url": entity.url_name("secret"),
            "create_url": entity.url("create") if entity.form and entity.creates and can["add"] else "",
            "bulk_actions": actions_for(entity, user),
            "bulk_url": entity.url("bulk") if entity.bulk else "",
            "can": can,
        }


class ObjectDetailView(EntityView[AnyModel]):
    """An object's page with its tabs; a tab asked for by htmx comes alone."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the object."""
        instance = self.get_instance()
        tabs = self._tabs()
        tab = request.GET.get("tab", "details")
        tab = tab if tab in tabs else "details"
        context = {"object": instance, "tabs": tabs, "tab": tab, **self._tab_context(tab, instance)}
        if getattr(request, "htmx", False) and request.headers.get("HX-Target") == "tab-panel":
            return self.page("pages/detail_tabs.html", **context)
        return self.page("pages/detail.html", **context, **self._buttons(instance))

    def _tabs(self) -> dict[str, str]:
        user = self.request.user
        present = {item.tab for item in self.entity.related if user.has_perm(item.permission)}
        tabs = {"details": _("Details")}
        tabs |= {"related": _("Related")} if "related" in present else {}
        tabs |= {"calls": _("Calls")} if "calls" in present else {}
        has_changelog = self.entity.form is not None and sees_everything(user)
        return tabs | ({"changelog": _("Changelog")} if has_changelog else {})

    def _tab_context(self, tab: str, instance: AnyModel) -> dict[str, Any]:
        user = self.request.user
        if tab == "details":
            extra = self.entity.detail_context(instance, user) if self.entity.detail_context else {}
            return {"groups": detail_groups(self.entity, instance, user), **extra}
        if tab == "changelog":
            part = changelog_of(instance, self.request.GET.get("before", ""))
            return {"changelog": part, "own_key": str(instance.pk)}
        related = [item for item in self.entity.related if item.tab == tab and user.has_perm(item.permission)]
        return {"related": [RelatedPanel(item, self._may_create(item)) for item in related]}

    def _may_create(self, item: Related) -> bool:
        return bool(item.create_url_name) and self.request.user.has_perm(item.create_permission)

    def _buttons(self, instance: AnyModel) -> dict[str, Any]:
        entity = self.entity
        can = self.common_context()["can"]
        editable = entity.form is not None and entity.editable(instance)
        return {
            "edit_url": entity.url("edit", instance.pk) if editable and can["change"] else "",
            "delete_url": entity.url("delete", instance.pk) if entity.delete and can["delete"] else "",
        }


class ObjectFormView(EntityView[AnyModel]):
    """The form of a new object, or of one that is there."""

    action = "add"

    def get_object(self, *, for_update: bool = False) -> AnyModel | None:
        """Return the object to edit, locked where it is about to be written; none for a new one."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form."""
        instance = self.get_object()
        initial = {key: value for key, value in request.GET.items() if key in self._form_class().base_fields}
        return self._show(self._form_class()(instance=instance, initial=initial, user=request.user), instance)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save through the domain, or show what it refused."""
        with transaction.atomic():
            instance = self.get_object(for_update=True)
            form = self._form_class()(request.POST, instance=instance, user=request.user)
            conflict = conflict_with(form, request.POST.get("version", ""))
            question = self.saving_question(form) if conflict is None else None
            asks = question is not None and not is_answered(request, question)
            saved = save_form(form) if conflict is None and not asks else None
        if saved is None:
            return self._show(form, self.get_object(), question=question if asks else None, conflict=conflict)
        messages.success(request, _("“%(object)s” is saved.") % {"object": saved})
        return redirect(page_of(saved))

    def saving_question(self, form: EntityForm) -> Question | None:
        """Return what is asked before the answers of a form are saved: none for a new object."""
        return None

    def _form_class(self) -> type[EntityForm]:
        if self.entity.form is None:
            raise PermissionDenied
        return self.entity.form

    def _show(
        self,
        form: EntityForm,
        instance: AnyModel | None,
        *,
        question: Question | None = None,
        conflict: Conflict | None = None,
    ) -> HttpResponse:
        cancel = page_of(instance) if instance is not None else self.entity.url("list")
        preview = self.entity.url("preview") if self.entity.preview else ""
        if self.entity.preview and self.entity.preview.of_saved and instance is not None:
            preview += f"?saved={instance.pk}"
        context: dict[str, Any] = {"cancel_url": cancel, "preview_url": preview, "question": question}
        if question is not None:
            context["confirmation"] = token_for(self.request, question)
            # What was typed as a secret is not sent back, so it has to be typed again.
            context["retype"] = any(form.data.get(name) for name in form.secret_names)
        # Once a conflict was shown, saving again is the choice to write over it.
        sent = self.request.POST.get("version", "") if conflict is None else ""
        context |= {"conflict": conflict, "version": sent or version_of(form)}
        return self.page("pages/form.html", form=form, object=instance, **context)


class ObjectCreateView(ObjectFormView[AnyModel]):
    """The form of a new object."""


class ObjectEditView(ObjectFormView[AnyModel]):
    """The form of an object."""

    action = "change"

    def get_object(self, *, for_update: bool = False) -> AnyModel:
        """Return the object of the address, if it can be edited at all."""
        if for_update:
            # The bare row first: two who save at once come one after the other.
            rows = self.entity.model._default_manager.select_for_update().filter(pk=self.kwargs["pk"])
            rows.values_list("pk").first()
        instance = self.get_instance()
        if not self.entity.editable(instance):
            raise PermissionDenied
        return instance

    def saving_question(self, form: EntityForm) -> Question | None:
        """Ask as the entity says, once the answers are valid."""
        if self.entity.saving_question is None or not form.is_valid():
            return None
        return self.entity.saving_question(self.get_instance(), form, self.request.user)


class ObjectPreviewView(EntityView[AnyModel]):
    """What a form's answers come to, as they are typed; nothing is saved."""

    action = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        preview, form_class = self.entity.preview, self.entity.form
        if preview is None or form_class is None:
            raise PermissionDenied
        instance = self._saved() if preview.of_saved else None
        form = form_class(request.GET, instance=instance, user=request.user)
        return render(request, preview.template, preview.facts(form))

    def _saved(self) -> AnyModel | None:
        """Return the object that is being changed, which the address names, or None for a new one."""
        try:
            key = UUID(self.request.GET.get("saved", ""))
        except ValueError:
            return None
        return self.entity.objects_for(self.request.user).filter(pk=key).first()


def save_form(form: EntityForm) -> Any:
    """Return the saved object, or None with the errors on the form."""
    if not form.is_valid():
        return None
    try:
        return form.save()
    except (DomainError, ValidationError) as error:
        form.take_error(error)
        return None


class ObjectDeleteView(EntityView[AnyModel]):
    """Asks before it deletes, and says what goes along or stands in the way."""

    action = "delete"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask."""
        instance = self.get_instance()
        hanging = hanging_on(instance)
        context = {**self.common_context(), "object": instance, "object_url": page_of(instance), "hanging": hanging}
        context |= {"ask_template": "pages/delete.html"}
        question = deletion_question(self.entity, instance, hanging, request.user)
        return ask(request, question, cancel_url=page_of(instance), context=context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Delete through the domain."""
        instance = self.get_instance()
        name = str(instance)
        if self.entity.delete is None:
            raise PermissionDenied
        question = deletion_question(self.entity, instance, hanging_on(instance), request.user)
        again = ask_again(request, question)
        if again is not None:
            return again
        try:
            self.entity.delete(instance)
        except DomainError as error:
            messages.error(request, str(error.message))
            return redirect(request.get_full_path())
        messages.success(request, _("“%(object)s” is deleted.") % {"object": name})
        return redirect(self.entity.url("list"))
