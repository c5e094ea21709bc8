"""What the authorizer does to live calls over AMI: it moves their time limit, or ends them.

Each node has a connection and threads of its own: one that hangs keeps no other waiting.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import structlog

from asterisk_sync.ami.calls import hang_up_calls
from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError, AmiUnreachableError
from asterisk_sync.models import Node

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
ANSWER_SECONDS = 2.0
# No caller waits longer for a node, whatever is queued before it.
LIMIT_SECONDS = 5.0
# So long a node that did not answer is not asked again: what was queued for it fails at once.
REST_SECONDS = 2.0
THREADS = 4


@dataclass
class NodeConnection:
    """The AMI connection to one node, opened when it is needed and again after a loss."""

    node: Node
    _client: AmiClient | None = None
    # Two threads must not log in at the same time.
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: ThreadPoolExecutor = field(init=False)
    _rests_until: float = 0.0
    _is_closed: bool = False

    def __post_init__(self) -> None:
        """Make the node's own threads."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"ami-{self.node.name}")

    async def ask(self, work: Callable[[AmiClient], Result]) -> Result:
        """Return what `work` returns of a client that is logged in; raise AmiError within the time limit."""
        if self._is_closed:
            raise AmiUnreachableError("the node was removed")
        waiting = asyncio.get_running_loop().run_in_executor(self._threads, self._work, work)
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return await waiting
        except TimeoutError as error:
            self._rest()
            raise AmiUnreachableError("no answer in time") from error

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS

    def _work(self, work: Callable[[AmiClient], Result]) -> Result:
        if time.monotonic() < self._rests_until:
            raise AmiUnreachableError("it did not answer a moment ago")
        try:
            return work(self._connected())
        except AmiUnreachableError:
            self._rest()
            raise

    def _connected(self) -> AmiClient:
        with self._lock:
            if time.monotonic() < self._rests_until:
                raise AmiUnreachableError("it did not answer a moment ago")
            if self._client is None or not self._client.connected():
                client = AmiClient(timeout=ANSWER_SECONDS, connect_timeout=ANSWER_SECONDS)
                try:
                    client.connect(self.node.ami_host, self.node.ami_port)
                    client.login(self.node.ami_username, self.node.ami_secret)
                except AmiError:
                    self._rest()
                    raise
                self._client = client
            return self._client

    def close(self) -> None:
        """Close the connection, if it was opened; whoever still waits for the node fails."""
        self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()


@dataclass
class NodeConnections:
    """The AMI connections to the nodes that this service answers, by node id."""

    by_id: dict[UUID, NodeConnection] = field(default_factory=dict)

    def refresh(self, nodes: Collection[Node]) -> None:
        """Take over nodes that are new or were changed, and close the connections of those that are gone."""
        fresh = {}
        for node in nodes:
            known = self.by_id.get(node.pk)
            same = known is not None and _address(known.node) == _address(node)
            fresh[node.pk] = known if known is not None and same else NodeConnection(node)
        old, self.by_id = self.by_id, fresh
        for key, connection in old.items():
            if fresh.get(key) is not connection:
                connection.close()

    def name_of(self, node_id: UUID) -> str:
        """Return a node's name; raise KeyError where this service does not answer it."""
        return self.by_id[node_id].node.name

    def by_name(self, name: str) -> NodeConnection | None:
        """Return the connection to the node of that name, or None where this service does not answer it."""
        return next((item for item in self.by_id.values() if item.node.name == name), None)

    async def set_time_limit(self, node_name: str, channel: str, seconds: float) -> bool:
        """Have a node end a channel so many seconds from now; return whether the node took that."""
        connection = self.by_name(node_name)
        if connection is None:
            return False
        limit = f"{seconds:.2f}"
        try:
            await connection.ask(lambda client: client.request("AbsoluteTimeout", Channel=channel, Timeout=limit))
        except AmiError as error:
            log.warning("not_prolonged", node=node_name, channel=channel, error=str(error))
            return False
        return True

    async def hang_up_customers(self, node_id: UUID, account_codes: frozenset[str]) -> bool:
        """End every call of these customers on a node; return whether the node was asked and answered."""
        connection = self.by_id.get(node_id)
        if connection is None:
            return False
        try:
            count = await connection.ask(lambda client: hang_up_calls(client, account_codes))
        except AmiError as error:
            log.error("not_hung_up", node=connection.node.name, customers=len(account_codes), error=str(error))
            return False
        if count:
            log.warning("hung_up", node=connection.node.name, customers=len(account_codes), channels=count)
        return True

    async def live_channels(self, node_id: UUID) -> frozenset[str] | None:
        """Return the unique ids of a node's channels, None where it did not answer."""
        connection = self.by_id.get(node_id)
        if connection is None:
            return None
        try:
            events = await connection.ask(lambda client: client.list_action("CoreShowChannels"))
        except AmiError:
            return None
        return frozenset(str(event.get("Uniqueid")) for event in events)

    def close(self) -> None:
        """Close all connections."""
        for connection in self.by_id.values():
            connection.close()


def _address(node: Node) -> tuple[str, str, int, str, str]:
    return node.name, node.ami_host, node.ami_port, node.ami_username, node.ami_secret
