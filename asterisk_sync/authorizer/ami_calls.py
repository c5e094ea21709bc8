"""What the service does to live calls over AMI: give them more time, or end them."""

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
class Exchange:
    """The connection to one node, opened when it is needed and again after a loss; its calls block."""

    node: Node
    _client: AmiClient | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _connected(self) -> AmiClient:
        with self._lock:
            if self._client is None or not self._client.connected():
                client = AmiClient(timeout=ANSWER_SECONDS)
                client.connect(self.node.ami_host, self.node.ami_port)
                client.login(self.node.ami_username, self.node.ami_secret)
                self._client = client
            return self._client

    def allow(self, channel: str, seconds: float) -> None:
        """Let a channel go on for so many seconds from now."""
        self._connected().request("AbsoluteTimeout", Channel=channel, Timeout=f"{seconds:.2f}")

    def hang_up(self, account_code: str) -> int:
        """End every call of a customer; return how many channels were told."""
        client = self._connected()
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
        """Hang up."""
        if self._client is not None:
            self._client.close()


@dataclass
class Exchanges:
    """The nodes of this service."""

    by_id: dict[UUID, Exchange] = field(default_factory=dict)

    def refresh(self, nodes: list[Node]) -> None:
        """Know the nodes as they are now."""
        for node in nodes:
            known = self.by_id.get(node.pk)
            if known is None or known.node.updated_at != node.updated_at:
                self.by_id[node.pk] = Exchange(node)

    def name_of(self, node_id: UUID) -> str:
        """Return a node's name; raise KeyError where it is none of ours."""
        return self.by_id[node_id].node.name

    def of_name(self, name: str) -> Exchange | None:
        """Return the node of that name."""
        return next((item for item in self.by_id.values() if item.node.name == name), None)

    async def allow(self, node_name: str, channel: str, seconds: float) -> bool:
        """Let a call go on; return whether its node heard of it."""
        exchange = self.of_name(node_name)
        if exchange is None:
            return False
        try:
            await asyncio.to_thread(exchange.allow, channel, seconds)
        except AmiError as error:
            log.warning("not_prolonged", node=node_name, channel=channel, error=str(error))
            return False
        return True

    async def hang_up(self, account_code: str) -> None:
        """End every call of a customer, on every node."""
        for exchange in self.by_id.values():
            try:
                count = await asyncio.to_thread(exchange.hang_up, account_code)
                log.warning("hung_up", customer=account_code, node=exchange.node.name, channels=count)
            except AmiError as error:
                log.error("not_hung_up", customer=account_code, node=exchange.node.name, error=str(error))

    def close(self) -> None:
        """Hang up all connections."""
        for exchange in self.by_id.values():
            exchange.close()
