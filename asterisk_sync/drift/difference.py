"""A difference between a node and the set that it accepted."""

from dataclasses import dataclass

from asterisk_sync.models import DriftKind


@dataclass(frozen=True)
class DriftDifference:
    """What differs (`subject`) and how: sentences, or a unified difference with secrets masked."""

    kind: DriftKind
    subject: str
    detail: str
    # The sentence of lists and logs, where it is not the detail itself.
    summary: str = ""

    def lines(self) -> list[str]:
        """Return the difference as sentences."""
        return [self.summary] if self.summary else self.detail.splitlines()
