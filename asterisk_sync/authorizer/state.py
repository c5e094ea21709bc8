"""What the request handlers, the timers of live calls and the sweep loop of the service share."""

from dataclasses import dataclass, field

from django.db import close_old_connections

from asterisk_sync.authorizer.ami_calls import NodeConnections
from asterisk_sync.authorizer.background import BackgroundTasks
from asterisk_sync.authorizer.refusals import RefusalQueue
from asterisk_sync.authorizer.request_check import RequestCheck
from asterisk_sync.authorizer.stopped_calls import StoppedCalls
from asterisk_sync.changes.queries import local_nodes
from billing.authorization.calls.call_authorizer import CallAuthorizer
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import HoldStore
from billing.authorization.holds.sweeper import SpendingTotals
from voipadmin.core.runtime.gc_pause import freeze_living_objects


@dataclass
class ServiceState:
    """The rules, the spending, the nodes and the live calls of one service.

    What several services have to agree about is in PostgreSQL and never here: holds, sums for the caps, velocity.
    """

    pool: ConnectionPool
    rule_cache: RuleCache = field(default_factory=RuleCache)
    request_check: RequestCheck = field(default_factory=RequestCheck)
    nodes: NodeConnections = field(default_factory=NodeConnections)
    spending: SpendingTotals = field(default_factory=SpendingTotals)
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    refusals: RefusalQueue = field(default_factory=RefusalQueue)
    stopped_calls: StoppedCalls = field(init=False)
    call_authorizer: CallAuthorizer = field(init=False)

    def __post_init__(self) -> None:
        """Connect what belongs to these rules and nodes."""
        self.call_authorizer = CallAuthorizer(self.rule_cache, HoldStore(self.pool))
        self.stopped_calls = StoppedCalls(self.rule_cache, self.nodes, self.background)

    def refresh(self) -> None:
        """Read nodes and rules that changed. Blocks: to be called in a thread."""
        # Django closes a connection at the end of a request; in a thread of ours nobody does, so one that PostgreSQL
        # closed meanwhile would fail for ever.
        close_old_connections()
        self.nodes.refresh(list(local_nodes()))
        self.request_check.refresh()
        before = self.rule_cache.rule_set
        self.rule_cache.refresh()
        if self.rule_cache.rule_set is not before:
            # Prices and routes are millions of objects without cycles: looking through them would hold up every call.
            freeze_living_objects()
