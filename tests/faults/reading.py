"""What the database wants and what Asterisk has, read past the product: rows, `asterisk -rx`, plain files.

Each value that a save brings is a word of its own (a SIP user, a name, a prefix, a number), used once and never again.
So "lost" is: a wanted word that Asterisk does not say, or a word from the past that it still says.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from customers.models import Extension
from deploy.trial.asterisk import AsteriskInstance
from numbering.models import DIDAllocation
from routing.models import Gateway, Route

# The number that is called all the time, as it is dialled, and the key by which the dialplan routes it.
TALK, TALK_KEY = "01130005555", "551130005555"
_WORD = re.compile(r"[A-Za-z0-9_.+]+")
_MARKER = re.compile(r"gen-[0-9a-f]{16}(?:-[a-z-]+)?")
_END = "; === End ==="


def wanted_words() -> set[str]:
    """Return the words that the rows of the database ask for."""
    words: set[str] = set()
    for extension in Extension.objects.filter(enabled=True):
        words |= {extension.sip_username, extension.caller_id_name}
    for route in Route.objects.filter(enabled=True).prefetch_related("gateways"):
        words |= {_key_pattern(route.pattern), route.prepend, *(gateway.name for gateway in route.gateways.all())}
    for allocation in DIDAllocation.objects.filter(ends_at=None).select_related("did", "extension"):
        words |= {allocation.did.number, allocation.forward_to}
    words |= set(Gateway.objects.filter(enabled=True).values_list("name", flat=True))
    return words - {""}


def _key_pattern(pattern: str) -> str:
    """Return a pattern of the battery as the dialplan has it: over keys, without what is dialled before a country."""
    return TALK_KEY if pattern == TALK else pattern.replace("_00", "_")


def live_words(asterisk: AsteriskInstance) -> set[str]:
    """Return every word that the running Asterisk says about peers and dialplan."""
    endpoints = asterisk.cli("pjsip show endpoints")
    words = set(_WORD.findall(endpoints)) | set(_WORD.findall(asterisk.cli("dialplan show")))
    for name in re.findall(r"^ Endpoint:\s+(u[0-9a-f]{15})", endpoints, re.MULTILINE):
        words |= set(_WORD.findall(asterisk.cli(f"pjsip show endpoint {name}")))
    return words


def live_markers(asterisk: AsteriskInstance) -> set[str]:
    """Return the markers of the sets that are loaded, of both modules."""
    text = asterisk.cli("pjsip show aors") + asterisk.cli("dialplan show")
    return set(_MARKER.findall(text))


def markers_on_disk(current: Path) -> set[str]:
    """Return the markers at the end of each file that Asterisk would read."""
    return {
        marker
        for path in current.glob("*.conf")
        for marker in _MARKER.findall(path.read_text().rpartition(_END)[2])
    }  # fmt: skip


def foreign_files(current: Path) -> list[str]:
    """Return the files below the link that do not belong to the set that its manifest names, or are missing."""
    manifest = json.loads((current / "manifest.json").read_text())["files"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in current.glob("*.conf")}
    return sorted(
        name for name in {*manifest, *found} if found.get(name) != manifest.get(name, {"sha256": "none"})["sha256"]
    )


@dataclass
class Ledger:
    """Every word that was ever wanted."""

    ever: set[str] = field(default_factory=set)

    def note(self) -> set[str]:
        """Remember what is wanted now, and return it."""
        wanted = wanted_words()
        self.ever |= wanted
        return wanted

    def lost(self, asterisk: AsteriskInstance) -> list[str]:
        """Return what is missing and what lingers."""
        wanted, live = self.note(), live_words(asterisk)
        missing = [f"{word} is missing" for word in sorted(wanted - live)]
        return missing + [f"{word} is still there" for word in sorted((self.ever - wanted) & live)]
