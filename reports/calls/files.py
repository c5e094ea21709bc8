"""The file of the calls of a filter, made while it is sent or by a job."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, QueryDict

from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.pages import NOT_FOR_CUSTOMERS
from billing.models import Cdr
from reports.calls.columns import COLUMNS, call_rows, read_columns, words_of
from reports.kit.columns import Column, Row, shown_columns
from reports.kit.copying import copied_csv
from reports.kit.exports import PIECE, FileForm, workbook_of
from voipadmin.core.errors import DomainError

PERMISSION = "billing.view_cdr"
TOLD_EVERY = 500


def _not_told(_rows: int) -> None:
    return


class WrongFilter(DomainError):
    """The filter makes no sense; the message says which part and why."""

    code = "wrong_filter"


class CallsFile:
    """The calls that `user` may see and that the filter of an address finds, the newest first, in one form."""

    def __init__(self, user: Any, query: str, form: FileForm) -> None:
        self.form = form
        request = HttpRequest()
        request.user = user
        filters = CdrFilterSet(QueryDict(query), queryset=Cdr.objects.visible_to(user), request=request)
        hidden = frozenset() if user.sees_everything else NOT_FOR_CUSTOMERS | {"cost_currency", "attempt"}
        for name in hidden:
            filters.form.fields.pop(name, None)
        if not filters.is_valid():
            raise WrongFilter(filters.errors.as_text())
        self.calls = filters.qs.order_by("-started_at", "-id")
        # Whether it is known soon how many calls these are: an index finds them, or days narrow them.
        self.is_soon_known = filters.search_for().is_served or "since" in filters.chosen
        self.columns: tuple[Column, ...] = shown_columns(COLUMNS, hidden)

    def pieces(self, seen: Callable[[int], None] = _not_told) -> Iterator[bytes]:
        """Return the content, piece by piece; `seen` is told how many rows were read now and then.

        What depends on the language is settled now. A workbook is written whole before its first piece.
        """
        if self.form is FileForm.WORKBOOK:
            return _parts(workbook_of(self.columns, _told(call_rows(self.calls, self.columns, in_words=True), seen)))
        for_people = self.form is FileForm.PEOPLE
        copied = copied_csv(read_columns(self.calls, self.columns), self.columns, words_of(), for_people=for_people)
        return _lines_told(copied, seen)


def _parts(book: Any) -> Iterator[bytes]:
    with book:
        yield from iter(lambda: book.read(PIECE), b"")


def _lines_told(pieces: Iterator[bytes], seen: Callable[[int], None]) -> Iterator[bytes]:
    # Line ends within a cell are counted, too: it is said how far it is, not how many rows there are.
    rows = 0
    for piece in pieces:
        yield piece
        rows += piece.count(b"\n")
        seen(rows)


def _told(rows: Iterator[Row], seen: Callable[[int], None]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        yield row
        if count % TOLD_EVERY == 0:
            seen(count)
