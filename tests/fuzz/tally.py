"""What became of each case, by kind of field."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

OUTCOMES = ("refused", "rendered", "escapes")


@dataclass
class Tally:
    """Cases and outcomes; `notes` describe the escapes, and forms that take what the guard refuses."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    disagreements: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str, outcome: str, number: int = 1) -> None:
        """Note how a case of a kind ended."""
        self.outcomes.setdefault(kind, Counter())[outcome] += number

    def escape(self, kind: str, note: str) -> None:
        """Note what should never be."""
        self.count(kind, "escapes")
        self.notes.append(f"{kind}: {note}")

    def cases(self) -> int:
        """Return how many cases there were."""
        return sum(sum(counter.values()) for counter in self.outcomes.values())

    def total(self, outcome: str) -> int:
        """Return how many cases ended so."""
        return sum(counter[outcome] for counter in self.outcomes.values())

    def rows(self) -> list[tuple[str, int, int, int, int]]:
        """Return kind, cases, refused, rendered and escapes of each kind."""
        return [
            (kind, sum(counter.values()), counter["refused"], counter["rendered"], counter["escapes"])
            for kind, counter in sorted(self.outcomes.items())
        ]

    def table(self) -> str:
        """Return the rows as text."""
        head = ("field", "cases", *OUTCOMES)
        rows: Iterable[tuple[object, ...]] = (
            head, *self.rows(), ("all", self.cases(), *(self.total(outcome) for outcome in OUTCOMES))
        )  # fmt: skip
        return "\n".join(f"{row[0]!s:<32}" + "".join(f"{cell!s:>12}" for cell in row[1:]) for row in rows)
