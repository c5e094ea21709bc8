"""When the sweeper last ran, kept in Redis so that its absence is noticed."""

from datetime import datetime

import structlog
from django.core.cache import cache
from django.utils import timezone

log = structlog.get_logger(__name__)

KEY = "asterisk_sync:swept_at"
KEPT_SECONDS = 3600


def note_sweep() -> None:
    """Note that the sweeper runs at this moment."""
    try:
        cache.set(KEY, timezone.now().isoformat(), KEPT_SECONDS)
    except Exception as error:
        log.warning("sweep_not_noted", error=str(error))


def last_sweep() -> datetime | None:
    """Return when the sweeper last ran; None where that is over an hour ago or Redis is away."""
    try:
        noted = cache.get(KEY)
    except Exception as error:
        log.warning("sweep_unknown", error=str(error))
        return None
    return datetime.fromisoformat(noted) if noted else None
