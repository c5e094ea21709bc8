"""The result of a search over all objects; each app brings its own, the top floor puts them together."""

from dataclasses import dataclass

from voipadmin.core.errors import Message

HITS_PER_KIND = 6


@dataclass(frozen=True)
class Hit:
    """One found object."""

    kind: Message
    icon: str
    label: str
    url: str
    detail: str = ""
