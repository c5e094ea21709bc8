"""Alarms of what comes and goes: they open when it was there for a while, and close when it was away for a while.

Both times keep an alarm from opening and closing with each beat of what flaps. `settle` is pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.alarms.services import report_state
from voipadmin.core.models import Alarm

# Who was not looked at for so long is looked at anew.
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """The subjects whose alarm stands and was seen now, those whose alarm is kept open, and since when each is seen."""

    standing: frozenset[str]
    kept: frozenset[str]
    seen_since: Mapping[str, datetime]


def settle(
    seen: frozenset[str],
    seen_since: Mapping[str, datetime],
    open_until_now: Mapping[str, datetime],
    now: datetime,
    *,
    opens_after: timedelta,
    closes_after: timedelta,
) -> Settled:
    """Return what stands; `open_until_now` has the open alarms with the moment at which each was last seen.

    1. What is seen keeps the moment at which it was first seen without a gap; what is not seen loses it.
    2. It stands where it is open already, or was seen for `opens_after`.
    3. An open one that is not seen is kept until it was not seen for `closes_after`.
    """
    since = {subject: min(seen_since.get(subject, now), now) for subject in seen}
    standing = {subject for subject in seen if subject in open_until_now or now - since[subject] >= opens_after}
    kept = {subject for subject, last in open_until_now.items() if subject not in seen and now - last < closes_after}
    return Settled(frozenset(standing), frozenset(kept), since)


def report_steadily(
    kind: AlarmKind,
    seen: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime,
    opens_after: timedelta = timedelta(0),
    closes_after: timedelta = timedelta(0),
) -> None:
    """Bring the alarms of a kind up to what is seen now (subject: details), as `settle` says.

    Since when something is seen is in Redis; where that is away nothing that is new opens, and the rest stays right.
    """
    key = f"core:alarm_seen:{kind.code}"
    last_seen = dict(Alarm.objects.filter(kind=kind.code, closed_at=None).values_list("subject", "last_seen_at"))
    settled = settle(frozenset(seen), _kept(key), last_seen, now, opens_after=opens_after, closes_after=closes_after)
    report_state(kind, {subject: seen[subject] for subject in settled.standing}, now=now, kept=settled.kept)
    _keep(key, settled.seen_since)


def _kept(key: str) -> dict[str, datetime]:
    try:
        kept = json.loads(cache.get(key) or "{}")
    except (RedisError, OSError):
        return {}
    return {subject: datetime.fromisoformat(text) for subject, text in kept.items()}


def _keep(key: str, seen_since: Mapping[str, datetime]) -> None:
    try:
        texts = {subject: moment.isoformat() for subject, moment in seen_since.items()}
        cache.set(key, json.dumps(texts), KEPT.total_seconds())
    except (RedisError, OSError):
        return  # the next look begins anew
