"""A polled part is drawn from values alone, which its address carries, signed; it is drawn once for all who have these.

1. A page reduces what its user may see and asked for to values, and gets an address with these that is good for two
   to three minutes. Who is still logged in gets the next one from a view of the page. All who have the same values get
   the same address in a minute, so that a proxy needs one answer for all of them.
2. A poll brings the address and the mark of what the browser has. Nothing is asked of the database about the user.
3. Where the drawing of these values is older than the part allows, it is drawn again, by one thread of one process: the
   others wait for it, or find it in Redis.
4. Where the mark is the same, the answer is 304 without the drawing.
"""

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.utils import translation

from voipadmin.core.runtime.redis_client import redis_client

log = structlog.get_logger(__name__)

PREFIX = "/live/part/"
VALID_SECONDS = 180
# The addresses that are made in so many seconds are the same, dated from their beginning.
SHARED_SECONDS = 60
# So many drawings, and verified addresses, are kept in a process.
MOST_KEPT = 1_000
SALT = "voipadmin.core.polling"
# Tables pack to a tenth at the lowest level already.
PACKING = 1

Values = Mapping[str, Any]


@dataclass(frozen=True)
class PolledPart:
    """A part by its name; `draw` makes its HTML from its values, which are JSON, in the language that is active.

    A drawing is good until the beginning of a second, `seconds` after that in which it was made: nginx counts so.
    """

    name: str
    draw: Callable[[Values], str]
    seconds: int = 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """A part as it was drawn, packed by gzip once for all; `mark` differs where the text does. New after `until`."""

    packed: bytes
    mark: str
    until: float

    @property
    def text(self) -> bytes:
        """Return the text."""
        return gzip.decompress(self.packed)


class _MinuteSigner(signing.TimestampSigner):
    """Signs with the beginning of the minute."""

    def timestamp(self) -> str:
        """Return the moment as the signer writes it."""
        now = int(time.time())
        return signing.b62_encode(now - now % SHARED_SECONDS)


@dataclass(frozen=True, slots=True)
class _Address:
    """What a verified address says."""

    part: str
    language: str
    values: Values
    key: str
    until: float


@dataclass
class _Kept:
    """What this process keeps: parts by name, verified addresses by text, drawings and their locks by key."""

    parts: dict[str, PolledPart] = field(default_factory=dict)
    addresses: dict[str, _Address] = field(default_factory=dict)
    drawings: dict[str, Drawing] = field(default_factory=dict)
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()


def declare(part: PolledPart) -> PolledPart:
    """Make a part known under its name."""
    _kept.parts[part.name] = part
    return part


def is_declared(name: str) -> bool:
    """Tell whether a part of that name is known in this process."""
    return name in _kept.parts


def poll_address(part: PolledPart, values: Values) -> str:
    """Return the address at which the part can be polled for two minutes at least, in the active language."""
    told = {"part": part.name, "language": translation.get_language() or settings.LANGUAGE_CODE, "values": values}
    return f"{PREFIX}{_MinuteSigner(salt=SALT).sign_object(told, compress=True)}"


def drawn(part: PolledPart, values: Values) -> str:
    """Return the part for a page, in the language that is active now: the drawing that polls share."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return drawing_of(part, _key(part.name, language, values), values).text.decode()


def read_address(token: str) -> _Address | None:
    """Return what an address says, None where we did not sign it or it is too old."""
    known = _kept.addresses.get(token)
    if known is not None and known.until > time.time():
        return known
    try:
        told = _MinuteSigner(salt=SALT).unsign_object(token, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    part, language, values = told["part"], told["language"], told["values"]
    found = _Address(part, language, values, _key(part, language, values), _made_at(token) + VALID_SECONDS)
    _keep(_kept.addresses, token, found)
    return found


def _made_at(token: str) -> float:
    """Return when an address was made; the signer writes it between two colons, in base 62."""
    return float(signing.b62_decode(token.rsplit(":", 2)[1]))


def answer(address: _Address) -> Drawing | None:
    """Return the drawing of an address; None where no such part is declared."""
    part = _kept.parts.get(address.part)
    if part is None:
        return None
    return drawing_of(part, address.key, address.values, address.language)


def drawing_of(part: PolledPart, key: str, values: Values, language: str = "") -> Drawing:
    """Return the drawing of these values, made anew where it is older than the part allows."""
    found = _fresh(key)
    if found is not None:
        return found
    with _lock_of(key):
        found = _fresh(key) or _of_another_process(key)
        if found is None:
            with translation.override(language) if language else nullcontext():
                text = part.draw(values).encode()
            # The time of the file's head would make each packing of the same text another one.
            packed = gzip.compress(text, PACKING, mtime=0)
            found = Drawing(packed, hashlib.sha256(text).hexdigest()[:20], float(int(time.time()) + part.seconds))
            _tell_other_processes(key, found)
        _keep(_kept.drawings, key, found)
        return found


def _fresh(key: str) -> Drawing | None:
    found = _kept.drawings.get(key)
    return found if found is not None and found.until > time.time() else None


def _of_another_process(key: str) -> Drawing | None:
    with suppress(Exception):
        stored: Any = redis_client().get(_redis_key(key))
        if stored:
            until, mark, packed = stored.split(b"\n", 2)
            return Drawing(packed, mark.decode(), float(until))
    return None


def _tell_other_processes(key: str, drawing: Drawing) -> None:
    # Any error of Redis may come here: then each process draws for itself.
    with suppress(Exception):
        head = f"{drawing.until}\n{drawing.mark}\n".encode()
        redis_client().set(_redis_key(key), head + drawing.packed, pxat=int(drawing.until * 1000))


def _redis_key(key: str) -> str:
    return f"polling:packed:{key}"


def _key(part: str, language: str, values: Values) -> str:
    told = json.dumps([part, language, values], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _lock_of(key: str) -> threading.Lock:
    with _kept.lock:
        if len(_kept.locks) > MOST_KEPT:
            _kept.locks.clear()
        return _kept.locks.setdefault(key, threading.Lock())


def _keep(kept: dict[str, Any], key: str, value: Any) -> None:
    with _kept.lock:
        if len(kept) >= MOST_KEPT:
            now = time.time()
            for old in [name for name, item in kept.items() if item.until <= now] or list(kept)[: MOST_KEPT // 2]:
                kept.pop(old, None)
        kept[key] = value


def forget_drawings() -> None:
    """Forget what this process drew: for tests, which change what is drawn from one moment to the next."""
    _kept.drawings.clear()
