"""Lets only the nodes themselves ask: each request is signed with a secret that its node's files hold."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from django.db import DatabaseError, close_old_connections

from asterisk_sync.alarms import UNSIGNED_REQUESTS
from asterisk_sync.authorizer.fastagi import AgiRequest
from asterisk_sync.authorizer.signatures import is_signed, split_signature
from asterisk_sync.changes.queries import secrets_of_local_nodes
from asterisk_sync.models import AcceptedSecrets
from voipadmin.core.alarms.services import Sighting, report_events

log = structlog.get_logger(__name__)

# A stranger's requests make the secrets be read no oftener than this.
READ_AGAIN_SECONDS = 0.5
STRANGE_NODE = "?"


@dataclass
class RequestCheck:
    """Knows the secrets of the nodes, and counts the requests that it refuses."""

    secrets: Mapping[str, AcceptedSecrets] = field(default_factory=dict)
    # By node id as it was sent, where that is one of ours, with the address that asked last.
    _refused: Counter[str] = field(default_factory=Counter)
    _asked_from: dict[str, str] = field(default_factory=dict)
    _read_at: float = 0.0

    def refresh(self) -> None:
        """Read the secrets; blocks."""
        self.secrets = {str(node): accepted for node, accepted in secrets_of_local_nodes().items()}

    async def verified(self, request: AgiRequest) -> AgiRequest | None:
        """Return a request without its signature; None where it is not signed by the node that it names.

        A node may run a new secret before the service has read it, so the secrets are read again before a refusal.
        """
        given, arguments = split_signature(request.arguments)
        plain = replace(request, arguments=arguments)
        if self._passes(given, plain) or (await self._read_again() and self._passes(given, plain)):
            return plain
        node = arguments[0] if arguments and arguments[0] in self.secrets else STRANGE_NODE
        log.warning("agi_request_not_signed", address=request.address, node=node, script=request.script)
        self._refused[node] += 1
        self._asked_from[node] = request.address
        return None

    def _passes(self, given: str, request: AgiRequest) -> bool:
        accepted = self.secrets.get(request.arguments[0]) if request.arguments else None
        if accepted is None:
            return False
        signed = is_signed(given, accepted.secrets, request.script, request.uniqueid, request.arguments)
        return signed or (accepted.unsigned and not given)

    async def _read_again(self) -> bool:
        now = time.monotonic()
        if now - self._read_at < READ_AGAIN_SECONDS:
            return False
        self._read_at = now
        try:
            await asyncio.to_thread(self._read)
        except DatabaseError as error:
            log.error("secrets_not_read", error=str(error))
        return True

    def _read(self) -> None:
        close_old_connections()
        self.refresh()

    def report(self, names: Mapping[UUID, str]) -> None:
        """Count what was refused since the last time on the alarm of its node; blocks."""
        refused, self._refused = self._refused, Counter()
        by_id = {str(node): name for node, name in names.items()}
        sightings = [
            Sighting(UNSIGNED_REQUESTS, node, {"node": by_id.get(node, node), "address": self._asked_from[node]}, count)
            for node, count in refused.items()
        ]
        try:
            report_events(sightings)
        except DatabaseError:
            self._refused.update(refused)
            raise
