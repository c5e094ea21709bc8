"""Reads of the installation's row: as it is now, and a copy of a few seconds for what every page may ask."""

import base64

from django.core.cache import cache
from redis.exceptions import RedisError

from voipadmin.core.models import Installation, InstallationLogo

KEY, SECONDS = "installation:1", 15


def read_installation() -> Installation:
    """Return the row as it is now, what documents and letters are made from; an empty one where nobody filled it in."""
    return Installation.objects.first() or Installation()


def current_installation() -> Installation:
    """Return the row as it was at most 15 seconds ago, and at once after a save; without Redis it is read anew."""
    try:
        kept: Installation | None = cache.get(KEY)
        if kept is None:
            kept = read_installation()
            cache.set(KEY, kept, SECONDS)
    except (RedisError, OSError):
        return read_installation()
    return kept


def forget_installation() -> None:
    """Drop the copy; where Redis is away there is none."""
    try:
        cache.delete(KEY)
    except (RedisError, OSError):
        return


def logo_address(key: str) -> str:
    """Return a logo as an address that holds the picture itself; empty where there is none."""
    logo = InstallationLogo.objects.filter(pk=key).first() if key else None
    if logo is None:
        return ""
    return f"data:{logo.media_type};base64,{base64.b64encode(bytes(logo.content)).decode('ascii')}"
