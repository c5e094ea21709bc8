"""Refused calls that wait to be written: none is lost while the database is away."""

import asyncio
from dataclasses import dataclass, field

import structlog
from django.db import IntegrityError

from billing.authorization.refused import services
from billing.models import RefusedCall

log = structlog.get_logger(__name__)

BATCH = 1_000
# Of a database that is away for hours; what is over is counted in the log.
MOST_WAITING = 100_000


@dataclass
class RefusalQueue:
    """Keeps refused calls until they are in the database."""

    _waiting: list[RefusedCall] = field(default_factory=list)

    def add(self, refused: RefusedCall) -> None:
        """Keep a refused call."""
        if len(self._waiting) >= MOST_WAITING:
            log.error("refusal_not_kept", number=refused.number, reason=refused.reason)
            return
        self._waiting.append(refused)

    async def write(self) -> None:
        """Write what waits; what could not be written waits on. Raises django.db.DatabaseError."""
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                await asyncio.to_thread(_write, batch)
            except BaseException:
                # Cancelled, too: the service writes them when it stops.
                self._waiting[:0] = batch
                raise


def _write(batch: list[RefusedCall]) -> None:
    """Write a batch; one that is refused as a whole is written call by call, as a customer may be gone by now."""
    try:
        services.record_refusals(refused=batch)
    except IntegrityError:
        for refused in batch:
            try:
                services.record_refusals(refused=[refused])
            except IntegrityError as error:
                log.warning("refusal_dropped", number=refused.number, error=str(error))
