"""What the REST API says of decks, and what it is told about them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import Q
from ninja import FilterLookup, FilterSchema
from pydantic import AfterValidator, Field

from billing.decks.columns.layout import layout_of
from billing.decks.columns.roles import LABELS
from billing.decks.questions import message_of
from billing.decks.rows.answers import choices_of
from billing.models import Deck, DeckChange, DeckStatus, TariffMatches
from voipadmin.core.api.schemas import Currency, Input, Moment, Output
from voipadmin.core.sheets.input_errors import column_index, column_letter
from voipadmin.core.sheets.workbook import MOST_COLUMNS

YesNo = Literal["yes", "no"]


def _within_a_sheet(letters: str) -> str:
    if column_index(letters) >= MOST_COLUMNS:
        raise ValueError(f"A list has {MOST_COLUMNS} columns at most.")
    return letters


def _known(columns: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(columns.keys() - LABELS.keys()):
        raise ValueError(f"Unknown: {', '.join(unknown)}. Known are: {', '.join(LABELS)}.")
    return columns


Letters = Annotated[str, Field(pattern=r"^[A-Z]{1,2}$"), AfterValidator(_within_a_sheet)]
Columns = Annotated[
    dict[str, Letters],
    AfterValidator(_known),
    Field(description=f"The letter of each column: {', '.join(LABELS)}.", examples=[{"prefix": "A", "price": "C"}]),
]


class LastingAnswers(Input):
    """How a carrier writes: the order of its dates, its decimal sign, its hyphens and lists, and when its hours are.

    `country` is the calling code of area codes that stand alone, `off_peak` and `weekend` the id of a time window, or
    `higher` for the higher price at all hours.
    """

    date_order: Literal["dmy", "mdy"] | None = None
    decimal: Literal[".", ","] | None = None
    hyphen: Literal["area", "range", "no"] | None = None
    countries: Literal["areas", "whole", "no"] | None = None
    blanks: Literal["one", "several", "no"] | None = None
    country: Annotated[str | None, Field(pattern=r"^([1-9][0-9]{0,2}|no)$")] = None
    letter: Literal["delete", "decrease", "blocked", "no"] | None = None
    status_number: Literal["1", "0", "no"] | None = None
    off_peak: Annotated[str | None, Field(max_length=36)] = None
    weekend: Annotated[str | None, Field(max_length=36)] = None
    code_or_number: Literal["code", "number", "no"] | None = None

    def given(self) -> dict[str, str]:
        """Return the answers that were given."""
        return self.model_dump(exclude_none=True)


class Answers(LastingAnswers):
    """Answers to the questions of a deck; a no refuses it."""

    unused: Annotated[YesNo | None, Field(description="The columns that are asked about are left out.")] = None
    several: YesNo | None = None
    one_code: YesNo | None = None
    range_countries: YesNo | None = None
    many: YesNo | None = None
    kind: YesNo | None = None
    exact: YesNo | None = None
    rounded: YesNo | None = None
    far_price: YesNo | None = None
    far_from_shorter: YesNo | None = None
    half_gone: YesNo | None = None


class _MappingIn(Input):
    columns: Columns | None = None

    def places(self) -> dict[str, int] | None:
        """Return the columns by their place from 0, None where none were named."""
        return None if self.columns is None else {name: column_index(at) for name, at in self.columns.items()}


class UploadMapping(_MappingIn):
    """What is known of a list before it is read."""

    answers: LastingAnswers = LastingAnswers()


class MappingIn(_MappingIn):
    """Answers to a deck's questions, or which column is what."""

    answers: Answers = Answers()


class UploadIn(Input):
    """A carrier's list; what a full one does not name ends. `mapping` is JSON: `columns`, and `answers` about style."""

    provider_id: uuid.UUID
    currency: Currency = settings.DEFAULT_CURRENCY
    is_full: bool = True
    effective_from: Annotated[Moment | None, Field(description="When prefixes that are gone end; else at once.")] = None
    mapping: Annotated[
        str,
        Field(
            max_length=4_000,
            description='{"columns": {"prefix": "A", "price": "C"}, "answers": {"date_order": "dmy", "decimal": ","}}',
            json_schema_extra={"contentMediaType": "application/json"},
        ),
    ] = ""


class PlaceOut(Output):
    """A cell of the file; row 0 and no column are for all of it."""

    row: int = 0
    column: str = ""
    value: str = ""


class ErrorOut(PlaceOut):
    """What is wrong there."""

    code: str
    message: str


class QuestionOut(ErrorOut):
    """What is asked, with its first places, how many there are, and the answers; `columns` is answered by columns."""

    count: int
    places: list[PlaceOut]
    choices: list[str]


class ReplayedOut(Output):
    """Last week's calls at these prices."""

    calls: int
    revenue: Decimal
    margin: Decimal
    new_margin: Decimal
    at_risk: Decimal


class ReplayedCustomerOut(ReplayedOut):
    """A customer who would go below cost."""

    code: str


class ReplayOut(Output):
    """The margin at risk; `losing` customers would go below cost, of whom the first are named."""

    all: ReplayedOut
    not_sold: int
    losing: int
    customers: list[ReplayedCustomerOut]


class ColumnOut(Output):
    """A column of the file: `role` is what it is used as, empty for nothing; `samples` are its first values.

    `state` is `asked` where its values look as if they were about prices: `look` is money, time, date or status.
    """

    column: str
    heading: str
    role: str
    state: Literal["used", "unused", "asked"]
    look: str
    samples: list[str]


class SummaryOut(Output):
    """The dry run: what would change, what is wrong and what is asked; `first_rows` help to name columns."""

    columns: list[ColumnOut] = []
    counts: dict[str, int] = {}
    below_cost: int = 0
    rows: int = 0
    left_out: int = 0
    repeated: int = 0
    in_the_past: int = 0
    not_there: int = 0
    says_otherwise: int = 0
    replay: ReplayOut | None = None
    fault_count: int = 0
    faults: list[ErrorOut] = []
    questions: list[QuestionOut] = []
    first_rows: list[list[str]] = []


class DeckOut(Output):
    """A carrier's price list and what it changes."""

    id: uuid.UUID
    provider_id: uuid.UUID
    file_name: str
    status: DeckStatus
    currency: str
    is_full: bool
    effective_from: datetime | None
    columns: dict[str, str]
    answers: dict[str, str]
    progress: dict[str, Any]
    summary: SummaryOut
    actor: str
    activated_at: datetime | None
    undone_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_columns(deck: Deck) -> dict[str, str]:
        """Return the letters of the columns."""
        return {name: column_letter(index) for name, index in layout_of(deck.mapping).columns.items()}

    @staticmethod
    def resolve_answers(deck: Deck) -> dict[str, str]:
        """Return what was answered."""
        answers = layout_of(deck.mapping).answers
        return {code: answer for code, answer in answers.items() if code in Answers.model_fields}

    @staticmethod
    def resolve_summary(deck: Deck) -> dict[str, Any]:
        """Return the dry run with its errors and questions in words."""
        errors = [error | {"message": str(message_of(error))} for error in deck.summary.get("faults", ())]
        questions = [
            question | {"message": str(message_of(question)), "choices": choices_of(question["code"])}
            for question in deck.summary.get("questions", ())
        ]
        summary: dict[str, Any] = deck.summary
        return summary | {"faults": errors, "questions": questions}


class DeckFilters(FilterSchema):
    """What a list of decks may be narrowed by."""

    provider_id: uuid.UUID | None = None
    status: DeckStatus | None = None
    search: Annotated[str | None, FilterLookup(["file_name__icontains", "provider__name__icontains"])] = None


class DeckRowOut(Output):
    """What becomes of a prefix; row 0: a full list does not name it. `begins` is null for the moment of activation."""

    row: int
    change: DeckChange
    pattern: str
    matches: TariffMatches
    origin_prefix: str
    name: str
    old_price: Decimal | None
    price_per_minute: Decimal
    connect_fee: Decimal
    minimum_charge: Decimal
    initial_block_seconds: int
    increment_seconds: int
    free_seconds: int
    is_blocked: bool
    bands: str
    window_id: uuid.UUID | None
    begins: datetime | None
    ends: datetime | None
    sold_for: Annotated[Decimal | None, Field(description="The lowest price, where that is below the new cost.")]


class DeckRowFilters(FilterSchema):
    """What the lines of a deck may be narrowed by."""

    change: DeckChange | None = None
    below_cost: bool | None = None
    prefix: Annotated[str | None, FilterLookup("pattern__startswith")] = None

    def filter_below_cost(self, value: bool | None) -> Q:
        """Narrow to what is sold below its new cost, or to the others."""
        return Q() if value is None else Q(sold_for__isnull=not value)
