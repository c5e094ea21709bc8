"""The banners above every page: what is held, and what waits for somebody to apply or confirm it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from asterisk_sync.generations.pending import Hold, PendingChanges, holds, pending_changes
from asterisk_sync.models import ApplyMode, Node, SyncState

VIEW, DECIDE = "asterisk_sync.view_node", "asterisk_sync.sync_node"
SHOWN = 3


@dataclass(frozen=True)
class Banners:
    """The banners of one user."""

    holds: Sequence[Hold] = ()
    pending_changes: Sequence[PendingChanges] = ()
    may_decide: bool = False

    @property
    def shown_holds(self) -> Sequence[Hold]:
        """Return the first ones; the list of nodes has the others."""
        return self.holds[:SHOWN]

    @property
    def shown_pending_changes(self) -> Sequence[PendingChanges]:
        """Return the first ones; the list of nodes has the others."""
        return self.pending_changes[:SHOWN]

    @property
    def hidden(self) -> int:
        """Return how many are not shown."""
        return max(0, len(self.holds) - SHOWN) + max(0, len(self.pending_changes) - SHOWN)

    @property
    def signature(self) -> str:
        """Return a text by which a page knows whether the banners that it shows are still these."""
        held = [(str(hold.generation.pk), hold.ahead) for hold in self.holds]
        gathered = [(str(item.node.pk), item.count, item.needs_confirmation) for item in self.pending_changes]
        return hashlib.sha256(repr((held, gathered)).encode()).hexdigest()[:16]


def banners_for(user: Any) -> Banners:
    """Return the banners of a user: holds for those who see nodes, pending changes for those who may decide."""
    if not user.has_perm(VIEW):
        return Banners()
    may_decide = user.has_perm(DECIDE)
    concerned = Q(held=True) | Q(mode=ApplyMode.STAGED) | Q(state=SyncState.CONFIRM)
    nodes = list(Node.objects.filter(concerned, enabled=True).select_related("chosen"))
    return Banners(holds(nodes), pending_changes(nodes) if may_decide else (), may_decide)
