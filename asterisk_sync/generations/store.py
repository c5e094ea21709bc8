"""The generation store: generations in the database, with the text of the newest ones.

Each distinct file of a node is kept once, compressed and encrypted, however many generations have it.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import Max
from django.utils import timezone

from asterisk_sync.generations.folder import digest, digest_of_set
from asterisk_sync.models import FileContent, Generation, GenerationStatus, Node
from voipadmin.core.crypto import DecryptionError
from voipadmin.core.runtime.caches import BoundedCache

log = structlog.get_logger(__name__)

# Status -> of how many generations the text is kept.
SETS_KEPT = {
    GenerationStatus.ACCEPTED: 10,
    GenerationStatus.REFUSED: 5,
    GenerationStatus.STAGED: 3,
    GenerationStatus.CONFIRM: 3,
    GenerationStatus.DRIFTED: 5,
}
CACHED_TEXTS = 16
COMPRESSION_LEVEL = 1


@dataclass(frozen=True)
class AcceptedSet:
    """The set that Asterisk accepted last; before the first one it is empty."""

    generation: Generation | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Its number, 0 before the first one."""
        return self.generation.number if self.generation else 0

    @property
    def directory(self) -> str:
        """Its directory on the node."""
        return self.generation.directory if self.generation else ""

    def hashes(self) -> dict[str, str]:
        """Return the hash of each file."""
        if self.generation is not None:
            return {name: str(facts["sha256"]) for name, facts in self.generation.files.items() if name in self.files}
        return {}


# SHA-256 -> text of the files that were read or written last: a worker needs most of them again for the next change.
_texts: BoundedCache[str, str] = BoundedCache(CACHED_TEXTS)


def describe(files: Mapping[str, str]) -> dict[str, dict[str, str | int]]:
    """Return name -> hash and size in bytes, as a generation records its files."""
    return {name: {"sha256": digest(text), "bytes": len(text.encode())} for name, text in sorted(files.items())}


def record(node: Node, number: int, files: Mapping[str, str], **facts: object) -> Generation:
    """Create a generation with these fields, and keep the text of its files."""
    listing = describe(files)
    texts = {str(listing[name]["sha256"]): text for name, text in files.items()}
    known = set(FileContent.objects.filter(node=node, sha256__in=texts).values_list("sha256", flat=True))
    FileContent.objects.bulk_create(
        [FileContent(node=node, sha256=key, packed=_pack(text)) for key, text in texts.items() if key not in known],
        # Another process may have kept the same text since it was looked for.
        ignore_conflicts=True,
    )
    for key, text in texts.items():
        _texts.put(key, text)
    generation: Generation = Generation.objects.create(
        node=node, number=number, content_hash=digest_of_set(files), files=listing, text_kept=True, **facts
    )
    return generation


def read_files(generation: Generation) -> dict[str, str]:
    """Return name -> text of a generation's files; empty where one was dropped, or the key to decrypt it is gone."""
    wanted = {name: str(facts["sha256"]) for name, facts in generation.files.items()}
    found = {key: text for key in wanted.values() if (text := _texts.get(key)) is not None}
    missing = set(wanted.values()) - found.keys()
    try:
        for row in FileContent.objects.filter(node=generation.node_id, sha256__in=missing):
            found[row.sha256] = _unpack(row.packed)
            _texts.put(row.sha256, found[row.sha256])
    except DecryptionError:
        log.warning("generation_unreadable", generation=str(generation))
        return {}
    if found.keys() != set(wanted.values()):
        return {}
    return {name: found[key] for name, key in wanted.items()}


def last_good(node: Node) -> AcceptedSet:
    """Return the set that Asterisk accepted last."""
    accepted = Generation.objects.filter(node=node, status=GenerationStatus.ACCEPTED, accepted_at__isnull=False)
    newest = accepted.order_by("-accepted_at").first()
    return AcceptedSet(newest, read_files(newest)) if newest else AcceptedSet()


def live_at(node: Node, moment: datetime) -> Generation | None:
    """Return the set that the node ran at a moment: the one that it had accepted last; None before the first."""
    accepted = Generation.objects.filter(node=node, status=GenerationStatus.ACCEPTED, accepted_at__lte=moment)
    found: Generation | None = accepted.order_by("-accepted_at").first()
    return found


def moment_of_acceptance(node: Node) -> datetime:
    """Return now, or just after the last acceptance where the clock was set back.

    The set that was accepted last is the live one, and it is found by this moment.
    """
    last = Generation.objects.filter(node=node).aggregate(last=Max("accepted_at"))["last"]
    now = timezone.now()
    return now if last is None else max(now, last + timedelta(microseconds=1))


def accept(generation: Generation, directory: str, verification: Mapping[str, int]) -> None:
    """Record that Asterisk runs a set that was kept, from `directory` of the node."""
    generation.status, generation.accepted_at = GenerationStatus.ACCEPTED, moment_of_acceptance(generation.node)
    generation.directory, generation.verification = directory, dict(verification)
    generation.save(update_fields=["status", "accepted_at", "directory", "verification", "updated_at"])


def prune(node: Node) -> None:
    """Drop the text of old generations; the chosen one of the node keeps its text."""
    kept: set[object] = {node.chosen_id}
    for status, count in SETS_KEPT.items():
        newest = Generation.objects.filter(node=node, status=status, text_kept=True)
        order = "-accepted_at" if status == GenerationStatus.ACCEPTED else "-created_at"
        kept.update(newest.order_by(order).values_list("pk", flat=True)[:count])
    if not Generation.objects.filter(node=node, text_kept=True).exclude(pk__in=kept).update(text_kept=False):
        return
    listings = Generation.objects.filter(node=node, text_kept=True).values_list("files", flat=True)
    used = {facts["sha256"] for files in listings for facts in files.values()}
    FileContent.objects.filter(node=node).exclude(sha256__in=used).delete()


def _pack(text: str) -> str:
    # Base64, as the encrypted field holds text; the lowest level of compression is most of the gain.
    return base64.b64encode(zlib.compress(text.encode(), COMPRESSION_LEVEL)).decode()


def _unpack(packed: str) -> str:
    return zlib.decompress(base64.b64decode(packed)).decode()
