"""Finds what signals cannot see: files edited by hand, a change that went past the outbox, another set that is live."""

from asterisk_sync.drift.decisions import (
    NotAdoptableError,
    NotMendableError,
    adopt,
    audit_node,
    find_drift,
    mend,
    recurs,
)
from asterisk_sync.drift.findings import is_adoptable, is_mendable

__all__ = [
    "NotAdoptableError",
    "NotMendableError",
    "adopt",
    "audit_node",
    "find_drift",
    "is_adoptable",
    "is_mendable",
    "mend",
    "recurs",
]
