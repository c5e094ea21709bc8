"""Ends the calls of customers that were stopped: by a cap, by velocity, by a person, by whichever service."""

from dataclasses import dataclass, field
from uuid import UUID

from asterisk_sync.authorizer.ami_calls import NodeConnections
from asterisk_sync.authorizer.background import BackgroundTasks
from billing.authorization.facts.rule_cache import RuleCache


@dataclass
class StoppedCalls:
    """Compares, node by node, who is stopped with whose calls were ended already.

    A service that starts has ended nobody's calls yet: it looks for those of all stopped customers. A node that did
    not answer is asked again at the next look.
    """

    rule_cache: RuleCache
    nodes: NodeConnections
    background: BackgroundTasks
    _ended: dict[UUID, frozenset[str]] = field(default_factory=dict)
    _under_way: set[UUID] = field(default_factory=set)

    def look(self) -> None:
        """Have each node end the calls of whoever was stopped since the last look; a node that hangs holds up none."""
        accounts = list(self.rule_cache.account_rules.values())
        stopped = frozenset(rules.code for rules in accounts if rules.blocked or not rules.active)
        self._ended = {node: self._ended.get(node, frozenset()) & stopped for node in list(self.nodes.by_id)}
        for node, ended in self._ended.items():
            if stopped - ended and node not in self._under_way:
                self._under_way.add(node)
                self.background.start(self._end_calls(node, stopped - ended))

    async def _end_calls(self, node: UUID, codes: frozenset[str]) -> None:
        try:
            if await self.nodes.hang_up_customers(node, codes):
                self._ended[node] = self._ended.get(node, frozenset()) | codes
        finally:
            self._under_way.discard(node)
