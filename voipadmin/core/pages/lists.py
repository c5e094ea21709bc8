"""The generic list: filters and order in the address, pages, and the CSV of what is filtered."""

import re
from typing import Any

from django.core.paginator import EmptyPage
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django_filters.views import FilterMixin
from django_tables2 import SingleTableMixin, Table

from voipadmin.core.audit.downloads import record_download
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.list_export import begin_list_export
from voipadmin.core.pages.views import EntityView
from voipadmin.core.tables.csv_export import LARGEST_SENT, csv_response

PAGE_SIZES = (25, 50, 100, 200)
EMBEDDED_ROWS = 8
PAGE_NUMBER = re.compile(r"[0-9]{1,7}")


class ObjectListView(SingleTableMixin, FilterMixin, EntityView[AnyModel]):
    """A list; `?embedded=1` gives a short one for another object's page, `?export=csv` a file."""

    object_list: models.QuerySet[AnyModel]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the list, or only its table when htmx asks for it."""
        self.filterset = self.get_filterset(self.entity.filterset)
        for name in self.entity.hidden_from(self.request.user):
            self.filterset.form.fields.pop(name, None)
        valid = not self.filterset.is_bound or self.filterset.is_valid()
        self.object_list = self.filterset.qs if valid else self.filterset.queryset.none()
        table = self.get_table()
        if request.GET.get("export") == "csv":
            return self._export(table)
        context = self._context(table)
        if "embedded" in request.GET:
            return self.page("pages/list_embedded.html", **context)
        if request.headers.get("HX-Target") == "list-region":
            return self.page("pages/list_region.html", **context)
        return self.page("pages/list.html", **context)

    def get_queryset(self) -> models.QuerySet[AnyModel]:
        """Return the rows that the user may see."""
        return self.entity.objects_for(self.request.user)

    def get_table_class(self) -> type[Table]:
        """Return the entity's table."""
        return self.entity.table

    def get_table(self, **kwargs: Any) -> Table:
        """Return the table, ordered by what its columns allow and cut to one page of an allowed size."""
        hidden = tuple(self.entity.hidden_from(self.request.user) | self._redundant_columns())
        table = self.entity.table(data=self.object_list, exclude=hidden, **kwargs)
        table.request = self.request
        allowed = {column.name for column in table.columns if column.orderable}
        order = [name for name in self.request.GET.getlist("sort") if name.removeprefix("-") in allowed]
        if order:
            table.order_by = order
        try:
            table.paginate(page=self._page_number(), per_page=self.page_size)
        except EmptyPage:
            table.paginate(page=table.paginator.num_pages, per_page=self.page_size)
        return table

    def _redundant_columns(self) -> frozenset[str]:
        """Leave out, in an embedded list, the column that names the object it is embedded in."""
        return frozenset(self.request.GET.getlist("without")) if "embedded" in self.request.GET else frozenset()

    def _page_number(self) -> int:
        text = self.request.GET.get("page", "1")
        return max(1, int(text)) if PAGE_NUMBER.fullmatch(text) else 1

    @property
    def page_size(self) -> int:
        """Return the number of rows of a page, of the allowed ones."""
        if "embedded" in self.request.GET:
            return EMBEDDED_ROWS
        chosen = self.request.GET.get("per_page", "")
        return int(chosen) if chosen in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]

    def _export(self, table: Table) -> HttpResponseBase:
        stamp = f"{timezone.localtime():%Y%m%d-%H%M%S}"
        count = self.object_list[: LARGEST_SENT + 1].count()
        if count > LARGEST_SENT:
            query = self.request.GET.urlencode()
            return redirect(begin_list_export(self.entity, self.request.user, query).get_absolute_url())
        record_download(self.request, self.entity.model, form="CSV", rows=count)
        rows = table.as_values(exclude_columns=tuple(self.entity.hidden_from(self.request.user)))
        return csv_response(rows, filename=f"{self.entity.model_name}-{stamp}.csv")

    def _context(self, table: Table) -> dict[str, Any]:
        parameters = self.request.GET.copy()
        for name in ("embedded", "without", "per_page"):
            parameters.pop(name, None)
        export = parameters.copy()
        export.pop("page", None)
        export["export"] = "csv"
        summary = self.entity.summary if "embedded" not in self.request.GET else None
        return {
            **(summary(self.object_list, self.request.user) if summary else {}),
            "table": table,
            "filter": self.filterset,
            "page_sizes": PAGE_SIZES,
            "page_size": self.page_size,
            "parameters": parameters.urlencode(),
            "export_query": export.urlencode(),
            "is_filtered": bool(self.filterset.active_count or self.request.GET.get("q")),
        }
