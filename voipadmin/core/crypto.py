"""Encryption of secrets at rest: AES-256-GCM with versioned keys that are kept apart from SECRET_KEY."""

import base64
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
MARK = "enc"


class DecryptionError(ValueError):
    """A stored secret cannot be read: its key is gone or the value was altered."""


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESGCM:
    # A hash without rounds is enough: the keys are random (a check refuses short ones), nobody chooses them as words.
    return AESGCM(hashlib.sha256(key.encode()).digest())


def _keys() -> dict[str, str]:
    pairs = (entry.partition(":") for entry in settings.FIELD_ENCRYPTION_KEYS)
    return {version: key for version, _, key in pairs}


def encrypt(plaintext: str, *, context: str) -> str:
    """Return `enc:VERSION:BASE64` under the newest key; `context` (the column) is authenticated with it."""
    version, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, plaintext.encode(), context.encode())
    return f"{MARK}:{version}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """Return the plaintext of `encrypt`; raise DecryptionError where key, context or value do not fit."""
    mark, version, payload = [*stored.split(":", 2), "", ""][:3]
    key = _keys().get(version)
    if mark != MARK or key is None:
        raise DecryptionError(version)
    try:
        raw = base64.b64decode(payload, validate=True)
        return _cipher(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise DecryptionError from error
