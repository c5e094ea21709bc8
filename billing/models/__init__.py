"""Tariffs, decks, accounts and their ledger, call detail records and the state of the spools."""

from billing.models.account import HAS_TO_BE_ASKED, Account, AccountKind, EntryKind, LedgerEntry
from billing.models.authorization import CreditHold, HoldState, RefusedCall, RiskyCall, SpendingSum
from billing.models.cdr import (
    NEEDS_A_TARIFF,
    Cdr,
    CdrQuerySet,
    CostSource,
    Direction,
    Disposition,
    UnchargedReason,
    UnratedReason,
)
from billing.models.deck import BuyRate, Deck, DeckStatus
from billing.models.deck_rows import DeckChange, DeckFile, DeckRow, EndedRate
from billing.models.plan import Holiday, HolidayCalendar, OnHolidays, RatePlan, TimeWindow
from billing.models.rerating import PastRating, ReratedCall, Rerating, ReratingDifference, ReratingStatus
from billing.models.spool import CdrLayout, DroppedMonth, RejectedRecord, RejectReason, SpoolPosition
from billing.models.statement import (
    LateEntry,
    Statement,
    StatementContent,
    StatementLetter,
    StatementPart,
    StatementSeries,
    StatementStatus,
)
from billing.models.tariff import Rounding, Tariff, TariffMatches

__all__ = [
    "HAS_TO_BE_ASKED",
    "NEEDS_A_TARIFF",
    "Account",
    "AccountKind",
    "BuyRate",
    "Cdr",
    "CdrLayout",
    "CdrQuerySet",
    "CostSource",
    "CreditHold",
    "Deck",
    "DeckChange",
    "DeckFile",
    "DeckRow",
    "DeckStatus",
    "Direction",
    "Disposition",
    "DroppedMonth",
    "EndedRate",
    "EntryKind",
    "HoldState",
    "Holiday",
    "HolidayCalendar",
    "LateEntry",
    "LedgerEntry",
    "OnHolidays",
    "PastRating",
    "RatePlan",
    "RefusedCall",
    "RejectReason",
    "RejectedRecord",
    "ReratedCall",
    "Rerating",
    "ReratingDifference",
    "ReratingStatus",
    "RiskyCall",
    "Rounding",
    "SpendingSum",
    "SpoolPosition",
    "Statement",
    "StatementContent",
    "StatementLetter",
    "StatementPart",
    "StatementSeries",
    "StatementStatus",
    "Tariff",
    "TariffMatches",
    "TimeWindow",
    "UnchargedReason",
    "UnratedReason",
]
