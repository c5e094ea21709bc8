"""What the authorizer does to live calls over AMI: it moves their time limit, or ends them."""

import asyncio
import threading
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError
from asterisk_sync.models import Node

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 2.0
CALL_REJECTED = "21"


@dataclass
class NodeConnection:
    """The AMI connection to one node, opened when it is needed and again after a loss. Its methods block."""

    node: Node
    _client: AmiClient | None = None
    # Methods run in threads: two of them must not log in at the same time.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _connected(self) -> AmiClient:
        with self._lock:
            if self._client is None or not self._client.connected():
                client = AmiClient(timeout=ANSWER_SECONDS)
                client.connect(self.node.ami_host, self.node.ami_port)
                client.login(self.node.ami_username, self.node.ami_secret)
                self._client = client
            return self._client

    def set_time_limit(self, channel: str, seconds: float) -> None:
        """Have Asterisk hang up a channel so many seconds from now; raise AmiError where it does not take that."""
        self._connected().request("AbsoluteTimeout", Channel=channel, Timeout=f"{seconds:.2f}")

    def hang_up_customer(self, account_code: str) -> int:
        """End every call with an account code; return how many channels were hung up. Raise AmiError on a loss."""
        client = self._connected()
        # The caller's channel is the one whose id links the call: with it Asterisk ends the others.
        channels = [
            event["Channel"]
            for event in client.list_action("CoreShowChannels")
            if event.get("AccountCode") == account_code and event.get("Linkedid") == event.get("Uniqueid")
        ]
        for channel in channels:
            try:
                client.request("Hangup", Channel=channel, Cause=CALL_REJECTED)
            except AmiError as error:
                log.info("gone_already", channel=channel, error=str(error))
        return len(channels)

    def close(self) -> None:
        """Close the connection, if it was opened."""
        if self._client is not None:
            self._client.close()


@dataclass
class NodeConnections:
    """The AMI connections to the nodes that this service answers, by node id."""

    by_id: dict[UUID, NodeConnection] = field(default_factory=dict)

    def refresh(self, nodes: list[Node]) -> None:
        """Take over nodes that are new or were changed."""
        for node in nodes:
            known = self.by_id.get(node.pk)
            if known is None or known.node.updated_at != node.updated_at:
                self.by_id[node.pk] = NodeConnection(node)

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
        try:
            await asyncio.to_thread(connection.set_time_limit, channel, seconds)
        except AmiError as error:
            log.warning("not_prolonged", node=node_name, channel=channel, error=str(error))
            return False
        return True

    async def hang_up_customer(self, account_code: str) -> None:
        """End every call with an account code, node after node."""
        for connection in self.by_id.values():
            try:
                count = await asyncio.to_thread(connection.hang_up_customer, account_code)
                log.warning("hung_up", customer=account_code, node=connection.node.name, channels=count)
            except AmiError as error:
                log.error("not_hung_up", customer=account_code, node=connection.node.name, error=str(error))

    def close(self) -> None:
        """Close all connections."""
        for connection in self.by_id.values():
            connection.close()
