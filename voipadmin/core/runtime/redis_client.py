"""The client of Redis or Valkey for what the cache cannot do: fields of a hash, lists that are cut to a length."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from redis import Redis


def redis_client() -> "Redis":
    """Return a client of the server that the cache of the settings names; it connects when it is first used.

    Its methods raise redis.exceptions.RedisError or OSError, within the time limits of the settings. Values are bytes.
    """
    cache: dict[str, Any] = settings.CACHES["default"]
    return _client(str(cache["LOCATION"]), tuple(sorted(cache.get("OPTIONS", {}).items())))


@lru_cache(maxsize=4)
def _client(location: str, options: tuple[tuple[str, Any], ...]) -> "Redis":
    return Redis.from_url(location, **dict(options))
