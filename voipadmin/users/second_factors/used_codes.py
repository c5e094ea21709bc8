"""A code of an authenticator app is good once.

Source: RFC 6238, section 5.2.
"""

import hashlib
import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

USED = "used"


def mark_code_used(app: TOTP, code: str) -> bool:
    """Note that a right code was used, and return whether this was the first time.

    allauth notes it in the cache: without Redis nobody could log in with an app, and with a Redis that was flushed a
    code that somebody had read along would be good again.
    """
    digest, now = hashlib.sha256("".join(code.split()).encode()).hexdigest(), time.time()
    with transaction.atomic():
        stored = Authenticator.objects.select_for_update().get(pk=app.instance.pk)
        last = stored.data.get(USED, {})
        # The code of one moment may come up again by chance, as one in a million does.
        if last.get("digest") == digest and now - last["at"] < 2 * app_settings.TOTP_PERIOD:
            return False
        stored.data[USED] = {"digest": digest, "at": now}
        stored.save(update_fields=["data"])
    return True


def keep_used_codes() -> None:
    """Have every code of an app noted here, on pages and in the API."""
    TOTP._mark_code_used = mark_code_used  # noqa: SLF001 - allauth leaves no other place for it
