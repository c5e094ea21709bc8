"""Drift: a settled node in, findings of what differs from its accepted set out; mended or adopted.

It finds what signals cannot see: files edited by hand, another set that is live, changes past the outbox.
"""

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
