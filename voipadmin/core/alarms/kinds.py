"""Which alarms there are. An app declares its own in its module `alarms`, which is found when Django starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voipadmin.core.errors import Message
from voipadmin.core.models import Alarm
from voipadmin.core.models.alarms import KIND_NAMES

Address = Callable[[Alarm], str]
Reading = Callable[[Mapping[str, Any]], Mapping[str, str]]


def _no_address(_alarm: Alarm) -> str:
    return ""


def _as_kept(_details: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """A kind of alarm: its sentence, with the alarm's details and `count` by their names, and where to look.

    `is_severe` tells that money or calls are being lost; the others can wait until somebody has time. `name` is what
    lists and choices call it, `advice` what to do about it. `reading` returns those details that people read otherwise
    than they are kept, such as amounts with their currency, in the active language.
    """

    code: str
    sentence: Message
    icon: str
    is_severe: bool = True
    address: Address = _no_address
    name: Message = ""
    advice: Message = ""
    reading: Reading = _as_kept


_KINDS: dict[str, AlarmKind] = {}


def declare(kind: AlarmKind) -> AlarmKind:
    """Make a kind known to pages; return it. Raise ValueError where another one has its code."""
    if _KINDS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of alarms are called {kind.code}")
    if kind.name:
        KIND_NAMES[kind.code] = kind.name
    return kind


def kind_of(alarm: Alarm) -> AlarmKind:
    """Return the kind of an alarm; one that this release does not know is shown by its code."""
    return _KINDS.get(alarm.kind) or AlarmKind(alarm.kind, str(alarm), "triangle-alert")


def kind_name(code: str) -> str:
    """Return what a kind is called, in the language of whoever reads it; its code where it has no name."""
    kind = _KINDS.get(code)
    return str(kind.name) if kind and kind.name else code


def known_kinds() -> Sequence[AlarmKind]:
    """Return the declared kinds, ordered by code."""
    return [_KINDS[code] for code in sorted(_KINDS)]


def kind_choices() -> list[tuple[str, str]]:
    """Return code and name of each kind, ordered by name, for a form."""
    return sorted(((kind.code, kind_name(kind.code)) for kind in known_kinds()), key=lambda choice: choice[1].lower())


def severe_codes() -> list[str]:
    """Return the codes of the kinds by which money or calls are being lost."""
    return [kind.code for kind in known_kinds() if kind.is_severe]
