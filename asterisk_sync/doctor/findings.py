"""What a check found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: a failure stops calls or changes, a warning will."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """One checked thing: what was seen, and how to mend it where it is not well."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""


def ok(check: str, message: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check, Severity.OK, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Return a finding of something that will hurt."""
    return Finding(check, Severity.WARNING, message, remedy)


def failure(check: str, message: str, remedy: str) -> Finding:
    """Return a finding of something that hurts."""
    return Finding(check, Severity.FAILURE, message, remedy)


def guarded(check: str, examine: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Run one check; a check that itself breaks is a failure of what it looked at, not of the doctor."""
    try:
        return list(examine())
    except Exception as error:
        return [failure(check, f"{type(error).__name__}: {error}", "Look at the message; the check could not be made.")]
