"""Alterations of a node past the panel, and what an audit finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asterisk_sync import drift
from asterisk_sync.models import DriftFinding, Node

BY_HAND = "\n[by-hand]\ntype=endpoint\ncontext=va-refuse\nidentify_by=ip\ndisallow=all\nallow=alaw\n"


@contextmanager
def altered(path: Path, text: str) -> Iterator[None]:
    """Give a hand-written file another text for a while."""
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


def found(node: Node, kind: str = "") -> list[DriftFinding]:
    """Audit, and return what is open."""
    drift.audit_node(node)
    rows = DriftFinding.objects.filter(node=node, settlement="").order_by("subject")
    return list(rows.filter(kind=kind) if kind else rows)
