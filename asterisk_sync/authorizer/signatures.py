"""The signature of a request: who does not know the node's secret can ask nothing in the name of the node.

It is MD5 over secret, script, unique id, arguments and secret again, joined by commas, as the dialplan works it out
(`va-signature` of subroutines.conf). The dialplan has no HMAC, and MD5 is the only hash that every Asterisk of ours has
loaded. That two texts with one hash can be made does not help whoever does not know the secret at both ends.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

_SIGNATURE = re.compile(r"[0-9a-f]{32}")


def signature(secret: str, script: str, uniqueid: str, arguments: Iterable[str]) -> str:
    """Return the signature of a request as 32 hexadecimal digits."""
    message = ",".join([secret, script, uniqueid, *arguments, secret])
    return hashlib.md5(message.encode(), usedforsecurity=False).hexdigest()


def split_signature(arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the signature in front of a request's arguments, nothing where there is none, and the arguments."""
    if arguments and _SIGNATURE.fullmatch(arguments[0]):
        return arguments[0], arguments[1:]
    return "", arguments


def is_signed(given: str, secrets: Iterable[str], script: str, uniqueid: str, arguments: tuple[str, ...]) -> bool:
    """Tell whether a signature was made with one of the secrets, compared in a time that tells nothing of them."""
    expected = [signature(secret, script, uniqueid, arguments) for secret in secrets]
    return any(hmac.compare_digest(given, one) for one in expected)
