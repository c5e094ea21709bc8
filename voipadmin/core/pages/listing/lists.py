"""The generic list: filters and order in the address, pages, and the CSV of what is filtered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.paginator import EmptyPage
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_filters.views import FilterMixin
from django_tables2 import SingleTableMixin, Table

from voipadmin.core.audit.downloads import record_download
from voipadmin.core.lists.additions import added_columns, fill_additions
from voipadmin.core.lists.queries import MyLayout, filters_in, layout_of, may_change, may_share, view_of, views_of
from voipadmin.core.lists.services import keep_page_size, of_a_view
from voipadmin.core.models import AnyModel, SavedView
from voipadmin.core.pages.listing.list_address import (
    PAGE_SIZES,
    Asked,
    asked_columns,
    asked_order,
    asked_page,
    asked_page_size,
    filter_notices,
)
from voipadmin.core.pages.listing.list_columns import choices, offered_columns, usual_columns, with_first
from voipadmin.core.pages.listing.list_export import begin_list_export
from voipadmin.core.pages.listing.list_menus import address_of
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.bounded_paginator import BoundedPaginator
from voipadmin.core.tables.csv_export import LARGEST_SENT
from voipadmin.core.tables.list_file import ListFile, ListForm, asked_list_form, list_form_links

EMBEDDED_ROWS = 8


@dataclass(frozen=True)
class SortChoice:
    """One order of a list, as it is offered where there are no headings to press."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class OfferedView:
    """A saved view with the address that opens it."""

    view: SavedView
    url: str
    is_default: bool


@dataclass(frozen=True)
class OpenView:
    """The view that is open, and whether the user may change it."""

    view: SavedView
    may_change: bool
    is_default: bool


class ObjectListView(SingleTableMixin, FilterMixin, EntityView[AnyModel]):
    """A list; `?embedded=1` gives a short one for another object's page, `?export=` with one of ListForm a file.

    Where the address asks for nothing the list begins with the user's default view, and is laid out as the user wants.
    """

    object_list: models.QuerySet[AnyModel]
    # Parameters that say how the list is shown, and not which rows it has.
    not_of_the_list: ClassVar[tuple[str, ...]] = ("embedded", "without", "per_page")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the list, or only its table when htmx asks for it."""
        self.notices: list[str] = []
        self.layout = MyLayout() if self.is_embedded else layout_of(request.user, self.entity.list_name)
        begins_with = self._default_view()
        if begins_with is not None:
            return redirect(address_of(begins_with, self.entity))
        self.filterset = self.get_filterset(self.entity.filterset)
        for name in self.entity.hidden_from(self.request.user):
            self.filterset.form.fields.pop(name, None)
        wrong = filter_notices(self.filterset.form)
        self.notices += wrong
        # What a filter that is wrong would have kept is shown with a word about it, but neither embedded nor exported.
        self.object_list = self.filterset.queryset.none() if wrong and self.is_embedded else self.filterset.qs
        form = asked_list_form(request)
        if form and not wrong:
            return self._export(self.get_table(), form)
        return self._shown(self.get_table())

    def _shown(self, table: Table) -> HttpResponse:
        if self.is_embedded:
            return self.page("pages/list_embedded.html", **self._context(table))
        if self.request.headers.get("HX-Target") == "list-region":
            self._keep_page_size(table)
            return self.page("pages/list_region.html", **self._context(table), **self._menus(table))
        return self.page("pages/list.html", **self._context(table), **self._menus(table))

    @property
    def is_embedded(self) -> bool:
        """Tell whether the list stands on another object's page."""
        return "embedded" in self.request.GET

    def _default_view(self) -> SavedView | None:
        if self.request.GET or self.layout.default_view_id is None:
            return None
        return view_of(self.request.user, str(self.layout.default_view_id))

    def get_queryset(self) -> models.QuerySet[AnyModel]:
        """Return the rows that the user may see."""
        return self.entity.objects_for(self.request.user)

    def get_table_class(self) -> type[Table]:
        """Return the entity's table."""
        return self.entity.table

    def get_table(self, **kwargs: Any) -> Table:
        """Return the table, ordered by what its columns allow and cut to one page of an allowed size."""
        offered = [
            name for name in offered_columns(self.entity, self.request.user) if name not in self._redundant_columns()
        ]
        columns = self._columns(offered)
        hidden = [name for name in self.entity.table.base_columns if name not in columns]
        added = self._added(columns)
        made = {**self.entity.table.base_columns, **dict(added)}
        allowed = frozenset(name for name in columns if made[name].orderable is not False)
        order = self._said(asked_order(self.request.GET, allowed, (self.layout.sort,) if self.layout.sort else ()))
        table = self.entity.table(
            data=self._rows(order), exclude=hidden, sequence=columns, extra_columns=added, **kwargs
        )
        table.request = self.request
        if order:
            table.order_by = order
        self._cut(table)
        if added:
            rows = list(table.page.object_list.data)
            fill_additions(self.entity.model, self.request.user, rows, columns)
        return table

    def _rows(self, _order: Sequence[str]) -> Any:
        """Return what the table is made of; it is put in order, and cut to a page, behind this."""
        return self.object_list

    def _added(self, columns: Iterable[str]) -> list[tuple[str, Any]]:
        """Return those of the columns that upper apps add, as the table takes them."""
        made = added_columns(self.entity.model, self.request.user)
        return [(name, made[name]()) for name in columns if name in made]

    def _columns(self, offered: list[str]) -> list[str]:
        """Return the columns to show, in their order; a file has all of them."""
        if "export" in self.request.GET:
            return [name for name in offered if name in self.entity.table.base_columns]
        usual = [name for name in usual_columns(self.entity, self.request.user) if name in offered]
        mine = [name for name in self.layout.columns if name in offered]
        return with_first(self._said(asked_columns(self.request.GET, offered, mine or usual)), offered)

    def _cut(self, table: Table) -> None:
        """Cut the table to the page that was asked for, or to the last one."""
        page, size = self._said(asked_page(self.request.GET)), self._said(self._page_size())
        try:
            table.paginate(page=page, per_page=size, paginator_class=BoundedPaginator)
        except EmptyPage:
            table.paginate(page=table.paginator.num_pages, per_page=size, paginator_class=BoundedPaginator)
            self.notices.append(_("There is no page %(page)s; this is the last.") % {"page": page})

    def _said(self, asked: Asked) -> Any:
        """Return what is used, and keep why it is not what was asked for."""
        if asked.notice:
            self.notices.append(asked.notice)
        return asked.value

    def _redundant_columns(self) -> frozenset[str]:
        """Leave out, in an embedded list, the column that names the object it is embedded in."""
        return frozenset(self.request.GET.getlist("without")) if self.is_embedded else frozenset()

    def _page_size(self) -> Asked:
        usual = self.layout.page_size or PAGE_SIZES[0]
        return Asked(EMBEDDED_ROWS) if self.is_embedded else asked_page_size(self.request.GET, usual)

    def _keep_page_size(self, table: Table) -> None:
        """Keep a page size that the user chose on the page; one that came with somebody's link is not kept."""
        size = table.paginator.per_page
        if self.request.GET.get("per_page") == str(size) and size != (self.layout.page_size or PAGE_SIZES[0]):
            keep_page_size(user=self.request.user, list_name=self.entity.list_name, page_size=size)

    def _export(self, table: Table, form: ListForm) -> HttpResponseBase:
        stamp = f"{timezone.localtime():%Y%m%d-%H%M%S}"
        count = self.object_list[: LARGEST_SENT + 1].count()
        if count > LARGEST_SENT:
            query = self.request.GET.urlencode()
            return redirect(begin_list_export(self.entity, self.request.user, query, form).get_absolute_url())
        record_download(self.request, self.entity.model, form="CSV", rows=count)
        file = ListFile(form, self.entity.hidden_from(self.request.user))
        return file.response(table, filename=f"{self.entity.model_name}-{stamp}.csv")

    def _context(self, table: Table) -> dict[str, Any]:
        parameters = self.request.GET.copy()
        for name in self.not_of_the_list:
            parameters.pop(name, None)
        return {
            "table": table,
            "filter": self.filterset,
            "page_sizes": PAGE_SIZES,
            "page_size": table.paginator.per_page,
            "parameters": parameters.urlencode(),
            "files": list_form_links(self.request),
            "is_filtered": bool(self.filterset.active_count or self.request.GET.get("q")),
            "sort_choices": sort_choices(table, self.request.GET.getlist("sort")),
            "notices": self.notices,
        }

    def _menus(self, table: Table) -> dict[str, Any]:
        """Return what the menus of columns and of views need."""
        user, entity = self.request.user, self.entity
        names = offered_columns(entity, user)
        whole = entity.table(data=self.object_list, extra_columns=self._added(names))
        offered = {name: whole.columns[name].header for name in names}
        views, default = list(views_of(user, entity.list_name)), self.layout.default_view_id
        return {
            "column_choices": choices(offered, [column.name for column in table.columns]),
            "views": [OfferedView(one, address_of(one, entity), one.pk == default) for one in views],
            "view": self._open_view(views),
            "view_query": self._query_of_a_view(table),
            "may_share": may_share(user),
            "usual_sort": self.layout.sort,
            "usual_page_size": self.layout.page_size or PAGE_SIZES[0],
        }

    def _query_of_a_view(self, table: Table) -> str:
        """Return the filters of the address, with the order and the columns that are shown."""
        query = self.request.GET.copy()
        columns = [column.name for column in table.columns]
        if columns != usual_columns(self.entity, self.request.user):
            query["columns"] = ",".join(columns)
        if not query.get("sort") and self.layout.sort:
            query["sort"] = self.layout.sort
        return of_a_view(query.urlencode())

    def _open_view(self, views: list[SavedView]) -> "OpenView | None":
        """Return the view of the address; say where it is gone, or names filters that the list has no more."""
        key = self.request.GET.get("view", "")
        if not key:
            return None
        found = next((view for view in views if str(view.pk) == key), None)
        if found is None:
            self.notices.append(_("This view is not there any more, or is not for you; its filters are kept."))
            return None
        fields = self.filterset.form.fields
        known = {
            *fields,
            *(f"{name}_{part}" for name in fields for part in ("text", "was")),
            "sort",
            "columns",
            "per_page",
        }
        gone = [name for name in filters_in(found.query) if name not in known]
        if gone:
            told = _("The view “%(view)s” filters by %(filters)s, which this list no longer has.")
            self.notices.append(told % {"view": found, "filters": ", ".join(f"“{name}”" for name in gone)})
        return OpenView(found, may_change(self.request.user, found), found.pk == self.layout.default_view_id)


def sort_choices(table: Table, chosen: Sequence[str]) -> list[SortChoice]:
    """Return each order that the headings of a table offer, and which of them the address has chosen."""
    words = (("", _("%(column)s, rising")), ("-", _("%(column)s, falling")))
    return [
        SortChoice(
            f"{minus}{column.name}", word % {"column": capfirst(str(column.header))}, f"{minus}{column.name}" in chosen
        )
        for column in table.columns
        if column.orderable
        for minus, word in words
    ]
