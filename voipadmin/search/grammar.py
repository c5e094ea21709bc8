"""The grammar of commands in the search bar, in Portuguese and English; pure.

A command is a verb, a number, and, behind a preposition, whom it concerns: `alocar 5511… a PADARIA ramal 1001`,
`simulate +55 11 … from ACME/1001`. Case and accents do not matter. A command may be typed half: what is missing is
empty. What does not begin with a verb and go on is no command.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a command is about."""

    ALLOCATE = "allocate"
    RELEASE = "release"
    BLOCK = "block"
    UNBLOCK = "unblock"
    SEND = "send"  # an allocated number's calls elsewhere
    SIMULATE = "simulate"
    CALLS = "calls"
    TOP_UP = "top_up"
    SUSPEND = "suspend"
    RESUME = "resume"


# Portuguese verbs as people say them to others and to machines: alocar, aloca, aloque.
WORDS: dict[Verb, tuple[str, ...]] = {
    Verb.ALLOCATE: ("alocar", "aloca", "aloque", "atribuir", "atribui", "atribua", "allocate", "assign"),
    Verb.RELEASE: ("liberar", "libera", "libere", "desalocar", "release", "deallocate"),
    Verb.BLOCK: ("bloquear", "bloqueia", "bloqueie", "block"),
    Verb.UNBLOCK: ("desbloquear", "desbloqueia", "desbloqueie", "unblock"),
    Verb.SEND: ("encaminhar", "encaminha", "encaminhe", "desviar", "desvia", "desvie", "send", "forward"),
    Verb.SIMULATE: ("simular", "simula", "simule", "simulate"),
    Verb.CALLS: ("chamadas", "ligacoes", "calls"),
    Verb.SUSPEND: ("suspender", "suspende", "suspenda", "suspend"),
    Verb.RESUME: ("reativar", "reativa", "reative", "reactivate", "resume"),
    Verb.TOP_UP: ("recarregar", "recarrega", "recarregue", "recarga", "topup"),
}
_VERBS = {word: verb for verb, words in WORDS.items() for word in words}
_PREPOSITIONS = frozenset(
    {"a", "ao", "para", "pra", "p/", "to", "de", "do", "da", "from", "by", "por", "em", "of", "for"}
)
_KINDS = {
    "extension": ("ramal", "extension", "ext"),
    "forward": ("desvio", "forward", "numero", "number"),
    "trunk": ("tronco", "trunk"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_NUMBER_PART = re.compile(r"\+?[0-9().\-/]*[0-9][0-9().\-/]*|\([0-9]+\)?")
_AMOUNT = re.compile(r"[0-9][0-9.,]*")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was understood; what was not said is empty.

    `number` is the number as it was written, `party` whom it concerns, by code or name. `destination` is extension,
    forward or trunk, with the extension or number in `target`. `amount` is written as people write money.
    """

    verb: Verb
    number: str = ""
    party: str = ""
    destination: str = ""
    target: str = ""
    amount: str = ""


def parse_command(text: str) -> Command | None:
    """Return the command that a text is, or None for anything else; words of money come as `R$ 100,00` or `100,00`."""
    words = text.split()
    if len(words) > 2 and [plain(word) for word in words[:2]] == ["top", "up"]:  # noqa: PLR2004 - two words
        words[:2] = ["topup"]
    verb = _VERBS.get(plain(words[0])) if words else None
    if verb is None or len(words) == 1:
        return None
    if verb is Verb.TOP_UP:
        return _top_up(words[1:])
    if verb in {Verb.SUSPEND, Verb.RESUME}:
        return Command(verb, party=_party(words[1:]))
    number, rest = _leading_number(words[1:])
    if verb is Verb.CALLS and not number:
        return Command(verb, party=_party(rest))
    if not number:
        return None
    return _with_destination(verb, number, rest)


def plain(word: str) -> str:
    """Return a word in small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _leading_number(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the number that the words begin with, which may be written in groups, and the other words."""
    count = 0
    while count < len(words) and _NUMBER_PART.fullmatch(words[count]):
        count += 1
    return " ".join(words[:count]), list(words[count:])


def _party(words: Sequence[str]) -> str:
    """Return the words without the preposition in front."""
    begin = 1 if words and plain(words[0]) in _PREPOSITIONS else 0
    return " ".join(words[begin:])


def _with_destination(verb: Verb, number: str, words: list[str]) -> Command:
    """Read whom the command concerns, and where calls go: `a PADARIA ramal 1001`, `para ramal 1001`, `para tronco`."""
    place = next((place for place, word in enumerate(words) if plain(word) in _KIND_OF), len(words))
    # A name may hold such a word: `Tronco Ltda`. Only what can be a destination is taken for one.
    kind = _KIND_OF[plain(words[place])] if place < len(words) else ""
    target = "".join(words[place + 1 :])
    if verb not in {Verb.ALLOCATE, Verb.SEND, Verb.SIMULATE} or not _is_destination(kind, target):
        return Command(verb, number, _party(words))
    return Command(verb, number, _party(words[:place]), kind, target)


def _is_destination(kind: str, target: str) -> bool:
    return not target if kind == "trunk" else bool(kind) and _NUMBER_PART.fullmatch(target) is not None


def _top_up(words: Sequence[str]) -> Command:
    """Read a customer and an amount, in either order: `PADARIA 100,00`, `R$ 100,00 para PADARIA`."""
    left = [word for word in words if plain(word) != "r$"]
    amounts = [word for word in left if _AMOUNT.fullmatch(word.removeprefix("R$"))]
    # A customer's code may be digits: the amount is what has a comma, or stands last.
    amount = next((word for word in amounts if "," in word), amounts[-1] if amounts and len(left) > 1 else "")
    if amount:
        left.remove(amount)
    return Command(Verb.TOP_UP, party=_party(left), amount=amount.removeprefix("R$"))
