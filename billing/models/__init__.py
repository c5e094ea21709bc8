"""Tariffs, call detail records and the state of the spools."""

from billing.models.cdr import NEEDS_A_TARIFF, Cdr, CdrQuerySet, CostSource, Direction, Disposition, UnratedReason
from billing.models.spool import RejectedRecord, RejectReason, SpoolPosition
from billing.models.tariff import Rounding, Tariff

__all__ = [
    "NEEDS_A_TARIFF",
    "Cdr",
    "CdrQuerySet",
    "CostSource",
    "Direction",
    "Disposition",
    "RejectReason",
    "RejectedRecord",
    "Rounding",
    "SpoolPosition",
    "Tariff",
    "UnratedReason",
]
