"""What the menus of a list keep: its columns, order and page size for the user, and views under a name."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View

from voipadmin.core.errors import DomainError
from voipadmin.core.lists import services
from voipadmin.core.lists.queries import view_of
from voipadmin.core.models import SavedView
from voipadmin.core.pages.entities.entity import Entity
from voipadmin.core.pages.entities.registry import entity_of_list
from voipadmin.core.pages.listing.list_address import PAGE_SIZES
from voipadmin.core.pages.listing.list_columns import moved, offered_columns
from voipadmin.core.services import error_messages


class ViewForm(forms.Form):
    """What is kept of a list as it is shown."""

    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2_000, required=False)
    is_shared = forms.BooleanField(required=False)
    is_default = forms.BooleanField(required=False)


class ListMenuView(View):
    """A write about a list, by whoever may see it; goes back to the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **names: Any) -> HttpResponse:
        """Make the domain call and say how it went."""
        try:
            return redirect(self.perform(**names))
        except DomainError as error:
            messages.error(request, str(error.message))
        except ValidationError as error:
            messages.error(request, " ".join(text for texts in error_messages(error).values() for text in texts))
        return redirect(self.list_address(**names))

    def perform(self, **names: Any) -> str:
        """Make the domain call and return where to go."""
        raise NotImplementedError

    def entity(self, list_name: str) -> Entity[Any]:
        """Return the entity of a list that the user may see."""
        entity = entity_of_list(list_name)
        if not self.request.user.has_perm(entity.permission("view")):
            raise PermissionDenied
        return entity

    def list_address(self, **names: Any) -> str:
        """Return the address of the list as it was shown: its filters stay, what was chosen anew does not."""
        entity = self.entity(names["list_name"])
        query = services.of_a_view(self.request.POST.get("query", ""))
        return f"{entity.url('list')}?{query}" if query else f"{entity.url('list')}?view="

    def answers(self) -> dict[str, Any]:
        """Return the form's answers; raise ValidationError."""
        form = ViewForm(self.request.POST)
        if not form.is_valid():
            raise ValidationError(_("A view needs a name of at most 60 characters."))
        return form.cleaned_data


class LayoutView(ListMenuView):
    """Keeps columns and their order, the usual order of rows, and the page size; or forgets them."""

    def perform(self, **names: Any) -> str:
        """Keep them, after one column was moved where the button says so."""
        entity, data = self.entity(names["list_name"]), self.request.POST
        address = self._without_choice(self.list_address(**names))
        if "reset" in data:
            services.reset_layout(user=self.request.user, list_name=entity.list_name)
            messages.success(self.request, _("The list is as it was at first."))
            return address
        offered = offered_columns(entity, self.request.user)
        columns = [name for name in dict.fromkeys(data.getlist("columns")) if name in offered]
        size = data.get("page_size", "")
        services.save_layout(
            user=self.request.user,
            list_name=entity.list_name,
            columns=moved(columns, data.get("move", "")),
            sort=data.get("sort", "") if data.get("sort", "").removeprefix("-") in offered else "",
            page_size=int(size) if size in {str(one) for one in PAGE_SIZES} else None,
        )
        return address

    @staticmethod
    def _without_choice(address: str) -> str:
        path, _mark, query = address.partition("?")
        kept = "&".join(
            part for part in query.split("&") if part.partition("=")[0] not in {"columns", "per_page", "sort"}
        )
        return f"{path}?{kept or 'view='}"


class ViewCreateView(ListMenuView):
    """Keeps a list as it is shown under a name."""

    def perform(self, **names: Any) -> str:
        """Keep it."""
        entity, answers = self.entity(names["list_name"]), self.answers()
        is_default = answers.pop("is_default")
        view = services.save_view(user=self.request.user, list_name=entity.list_name, **answers)
        if is_default:
            services.begin_with(view, user=self.request.user, list_name=entity.list_name)
        messages.success(self.request, _("The view “%(name)s” is saved.") % {"name": view})
        return address_of(view, entity)


class ViewChangeView(ListMenuView):
    """Changes, deletes or begins with a saved view, as the button says."""

    def perform(self, **names: Any) -> str:
        """Make the domain call."""
        view = self._view(names["pk"])
        entity, user = self.entity(view.list), self.request.user
        match self.request.POST.get("do"):
            case "delete":
                services.delete_view(view, user=user)
                messages.success(self.request, _("The view “%(name)s” is deleted.") % {"name": view})
                return f"{entity.url('list')}?view="
            case "begin" | "begin_without" as what:
                services.begin_with(view if what == "begin" else None, user=user, list_name=entity.list_name)
                messages.success(self.request, _("Noted: this is how the list begins."))
            case _other:
                answers = self.answers()
                answers.pop("is_default")
                services.change_view(view, user=user, **answers)
                messages.success(self.request, _("The view “%(name)s” is saved.") % {"name": view})
        return address_of(view, entity)

    def list_address(self, **names: Any) -> str:
        """Return the address of the view."""
        view = self._view(names["pk"])
        return address_of(view, self.entity(view.list))

    def _view(self, key: UUID) -> SavedView:
        view = view_of(self.request.user, str(key))
        if view is None:
            raise Http404
        return view


def address_of(view: SavedView, entity: Entity[Any]) -> str:
    """Return the address that opens a view."""
    query = f"{view.query}&" if view.query else ""
    return f"{entity.url('list')}?{query}view={view.pk}"
