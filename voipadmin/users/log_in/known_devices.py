"""Devices on which a user has logged in before, told by a signed cookie.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SALT = "voipadmin.users.known_device"
LIFETIME = timedelta(days=180)


def known_device(request: HttpRequest, username: str) -> str:
    """Return the id of the device, where `username` has logged in on it before; otherwise an empty text."""
    cookie = request.COOKIES.get(_cookie_name(username), "")
    try:
        value = signing.loads(cookie, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return ""
    return str(value["device"]) if value["username"] == username.lower() else ""


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let the response tell the browser that `username` has logged in on it; its id stays the same."""
    device = known_device(request, username) or secrets.token_hex(16)
    value = signing.dumps({"username": username.lower(), "device": device}, salt=SALT)
    response.set_cookie(
        _cookie_name(username),
        value,
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie_name(username: str) -> str:
    """Return one name for each user, as several may share a computer."""
    prefix = "__Host-device" if settings.HTTPS else "device"
    return f"{prefix}-{hashlib.sha256(username.lower().encode()).hexdigest()[:12]}"
