"""One thing that differs on a node."""

from dataclasses import dataclass

from asterisk_sync.models import DriftKind


@dataclass(frozen=True)
class DriftDifference:
    """What differs and how: a few lines, or a unified difference with secrets masked."""

    kind: DriftKind
    subject: str
    detail: str
    # The sentence of lists and logs, where it is not the detail itself.
    summary: str = ""

    def lines(self) -> list[str]:
        """Return it as sentences."""
        return [self.summary] if self.summary else self.detail.splitlines()
