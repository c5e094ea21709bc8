"""The list of calls, page by page from a place in it: never counted, never read as a whole."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_tables2 import Table
from django_tables2.data import TableData

from billing.cdrs.pages import CALLS
from billing.cdrs.queries import calls_seen_by
from billing.cdrs.search.orders import NEWEST, order_of
from billing.cdrs.search.paging import CallPage, page_of_calls, records_of
from billing.cdrs.search.places import Place, place_of
from billing.models import Cdr
from voipadmin.core.pages.listing.lists import ObjectListView

CURSOR = "cursor"
FIRST = Place(None, None)


class RecordsInOrder(TableData):
    """Rows of a table that are in their order already."""

    # By this the columns find the names of their fields.
    model = Cdr

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases: Any) -> None:
        """Leave the rows as they are."""


class CallListView(ObjectListView[Cdr]):
    """The list of calls; `?cursor=` names the place that a page begins behind."""

    entity = CALLS
    not_of_the_list: ClassVar[tuple[str, ...]] = (*ObjectListView.not_of_the_list, CURSOR)
    order = NEWEST
    call_page: CallPage | None = None

    def get_queryset(self) -> QuerySet[Cdr]:
        """Return the records that the user may see."""
        return self.entity.join(calls_seen_by(self.request.user))

    def _rows(self, order: Sequence[str]) -> Any:
        """Return the records of the page; a file takes all rows as the filter gives them."""
        if "export" in self.request.GET:
            return self.object_list
        self.order = order_of(order)
        size = self._said(self._page_size())
        page = page_of_calls(self.filterset.search_for(self.order), size, self._place())
        self.call_page = CallPage() if self._is_wrong_and_embedded() else page
        return RecordsInOrder(records_of(self.filterset.queryset, self.call_page))

    def _place(self) -> Place | None:
        """Return the place of the address; where it is none of this list and order, say so: the first page is shown."""
        asked = self.request.GET.get(CURSOR, "")
        found = place_of(asked, self.order)
        if asked and found is None:
            self.notices.append(_("The address names no place in this list; this is the first page."))
        return found

    def _is_wrong_and_embedded(self) -> bool:
        return self.is_embedded and bool(self.filterset.form.errors)

    def _cut(self, table: Table) -> None:
        """Leave the rows as they were found: they are one page."""
        if self.call_page is None:
            super()._cut(table)
        else:
            table.paginate(page=1, per_page=self._page_size().value)

    def _context(self, table: Table) -> dict[str, Any]:
        context = super()._context(table)
        page = self.call_page
        if page is None:
            return context
        return context | {
            "paged": {
                "shown": len(page.keys),
                "newer": self._address(page.newer),
                "older": self._address(page.older),
                "newest": self._address(page.newer and FIRST),
                "looked_back_to": page.looked_back_to,
                "goes_on": self._address(page.older) if page.looked_back_to and not page.keys else "",
                "ordered_since": None if self.order.is_by_time else self.filterset.period(self.order)[0],
            },
        }

    def _address(self, place: Place | None) -> str:
        """Return the address of the page at a place; nothing where there is none."""
        if place is None:
            return ""
        parameters = self.request.GET.copy()
        for name in (CURSOR, "page"):
            parameters.pop(name, None)
        if place is not FIRST:
            parameters[CURSOR] = place.to_text(self.order)
        return f"{self.request.path}?{parameters.urlencode() or 'view='}"
