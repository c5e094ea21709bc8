"""Ending calls: who may end some asks by way of Redis, and the AMI worker of each node does it and tells the result.

1. `ask_to_hang_up` writes what is asked for, one command for each call into the queue of its node, and returns a key.
2. The worker takes commands between two looks at the node, over the connection that it has: `HangupServer`.
3. It ends the call by the channel that it sees itself under the call's key. Calls to emergency lines are not ended.
4. `told_results` says what became of each. A command that nobody took within ten seconds is taken by nobody.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone
from redis.exceptions import TimeoutError as RedisTimeoutError

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError, AmiUnreachableError
from asterisk_sync.live.state import LiveChannel
from voipadmin.core.errors import DomainError
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.runtime.redis_client import redis_client

log = structlog.get_logger(__name__)

TAKEN_WITHIN = timedelta(seconds=10)
KEPT_SECONDS = 3600
# Redis answers a wait of half a second within the limit of the settings.
LONGEST_WAIT = 0.2
# Q.850: normal clearing. What an operator ends is no fault of the network.
NORMAL_CLEARING = "16"


class HangupResult(StrEnum):
    """What became of the wish to end a call."""

    WAITING = "waiting"
    ENDED = "ended"
    GONE = "gone"
    EMERGENCY = "emergency"
    REFUSED = "refused"
    AWAY = "away"


class HangupNotAskedError(DomainError):
    """The wish to end calls reached nobody: Redis is away."""

    code = "live_state_unavailable"


@dataclass(frozen=True, slots=True)
class HangupTarget:
    """A call that is to be ended, with what people are told of it."""

    node_id: UUID
    node: str
    key: str
    caller: str = ""
    called: str = ""
    customer: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class HangupOutcome:
    """A call that was to be ended, and what became of that."""

    target: HangupTarget
    result: HangupResult


@dataclass(frozen=True, slots=True)
class Hangup:
    """A wish to end calls, by its key, with what became of each."""

    key: str
    asked_at: datetime
    asked_by: str
    outcomes: tuple[HangupOutcome, ...]

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing to wait for."""
        return all(outcome.result is not HangupResult.WAITING for outcome in self.outcomes)


def ask_to_hang_up(targets: Sequence[HangupTarget], asked_by: str) -> str:
    """Have the nodes' workers end calls; return the key of the wish. Raises HangupNotAskedError."""
    key, now = uuid.uuid4().hex, timezone.now()
    asked = {"asked_at": now.isoformat(), "asked_by": asked_by, "targets": [_told(target) for target in targets]}
    until = (now + TAKEN_WITHIN).timestamp()
    try:
        pipe = redis_client().pipeline()
        pipe.hset(_results_key(key), "", json.dumps(asked))
        pipe.expire(_results_key(key), KEPT_SECONDS)
        for target in targets:
            queue = _queue_key(target.node_id)
            pipe.rpush(queue, json.dumps({"hangup": key, "call": target.key, "until": until}))
            pipe.expire(queue, int(TAKEN_WITHIN.total_seconds()) * 2)
        pipe.execute()
    except Exception as error:
        log.error("hangup_not_asked", error=str(error))
        raise HangupNotAskedError("Redis does not answer.") from error
    return key


def _told(target: HangupTarget) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(target).items()}


def told_results(key: str) -> Hangup | None:
    """Return a wish with what became of it so far; None where there is none of that key, or no more."""
    try:
        stored: Mapping[bytes, bytes] = redis_client().hgetall(_results_key(key))  # type: ignore[assignment]
    except Exception as error:
        log.warning("live_state_unavailable", error=str(error))
        return None
    if b"" not in stored:
        return None
    asked: dict[str, Any] = json.loads(stored[b""])
    asked_at = datetime.fromisoformat(asked["asked_at"])
    # Those that nobody took in time are taken by nobody.
    too_late = timezone.now() - asked_at > TAKEN_WITHIN + timedelta(seconds=2)
    rest = HangupResult.AWAY if too_late else HangupResult.WAITING
    outcomes = []
    for row in asked["targets"]:
        target = HangupTarget(**{**row, "node_id": UUID(row["node_id"])})
        result = stored.get(_field(target.node_id, target.key).encode())
        outcomes.append(HangupOutcome(target, HangupResult(result.decode()) if result else rest))
    return Hangup(key, asked_at, asked["asked_by"], tuple(outcomes))


@dataclass
class HangupServer:
    """Ends calls of one node for those who asked, over the connection of its worker."""

    node_id: UUID
    client: AmiClient

    def serve(self, channels: Sequence[LiveChannel], seconds: float) -> None:
        """Wait so long for commands about these channels, and do each as it comes. Raises AmiError, RedisError."""
        by_key = {channel.uniqueid: channel for channel in channels}
        deadline = datetime.now(UTC) + timedelta(seconds=seconds)
        while (left := (deadline - datetime.now(UTC)).total_seconds()) > 0:
            try:
                taken: Any = redis_client().blpop([_queue_key(self.node_id)], timeout=min(left, LONGEST_WAIT))
            except RedisTimeoutError:
                # A busy machine: the client's limit of time is not much longer than the wait.
                continue
            if taken is not None:
                self._do(json.loads(taken[1]), by_key)

    def _do(self, command: dict[str, Any], channels: Mapping[str, LiveChannel]) -> None:
        if datetime.now(UTC).timestamp() > command["until"]:
            return
        call = str(command["call"])
        try:
            result = self._hang_up(channels.get(call))
        except AmiUnreachableError:
            self._tell(command, call, HangupResult.AWAY)
            raise
        log.warning("hung_up_for_user", hangup=command["hangup"], call=call, result=result.value)
        self._tell(command, call, result)

    def _tell(self, command: dict[str, Any], call: str, result: HangupResult) -> None:
        key = _results_key(str(command["hangup"]))
        redis_client().hset(key, _field(self.node_id, call), result.value)
        redis_client().expire(key, KEPT_SECONDS)

    def _hang_up(self, channel: LiveChannel | None) -> HangupResult:
        if channel is None:
            return HangupResult.GONE
        if channel.variables.get("va_kind") == NumberKind.EMERGENCY:
            return HangupResult.EMERGENCY
        try:
            self.client.request("Hangup", Channel=channel.name, Cause=NORMAL_CLEARING)
        except AmiUnreachableError:
            raise
        except AmiError as error:
            gone = "No such channel" in str(error)
            return HangupResult.GONE if gone else HangupResult.REFUSED
        return HangupResult.ENDED


def _field(node_id: UUID, call: str) -> str:
    return f"{node_id} {call}"


def _queue_key(node_id: UUID) -> str:
    return f"asterisk_sync:hangups:{node_id}"


def _results_key(key: str) -> str:
    return f"asterisk_sync:hangup:{key}"
