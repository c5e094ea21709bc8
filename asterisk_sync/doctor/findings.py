"""Findings of the doctor's checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

SHOWN = 5


class Severity(StrEnum):
    """How bad a finding is: a failure stops calls or changes now, a warning will later."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """What one check found, and how to mend it where it is not well."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""


def ok(check: str, message: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check, Severity.OK, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Return a finding of something that will stop calls or changes."""
    return Finding(check, Severity.WARNING, message, remedy)


def failure(check: str, message: str, remedy: str) -> Finding:
    """Return a finding of something that stops calls or changes."""
    return Finding(check, Severity.FAILURE, message, remedy)


def some(names: list[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def guarded(check: str, examine: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Run one check; an error of the check is a failure of what it looks at, and the other checks go on."""
    try:
        return list(examine())
    except Exception as error:
        return [failure(check, f"{type(error).__name__}: {error}", "Look at the message; the check could not be made.")]
