"""Which kinds of jobs there are. An app declares its own in its `job_kinds`, which is found when Django starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voipadmin.core.errors import Message
from voipadmin.core.models import Job

if TYPE_CHECKING:
    from voipadmin.core.jobs.running import JobRun


def _no_words(_job: Job) -> Message:
    return ""


def _no_address(_job: Job) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job: its work, and how it is told.

    `work(run)` does it in a worker; begun again after that one was killed, it must come to the same result. It leaves
    what `result_of(job)` says in `run.result`. `address_of(job)` leads to what the job is about, where that has a page.
    `cancel(job)` is for work that has to put something in order when it is given up; without `can_cancel` nobody can.
    """

    code: str
    label: Message
    icon: str
    work: "Callable[[JobRun], None]"
    result_of: Callable[[Job], Message] = _no_words
    address_of: Callable[[Job], str] = _no_address
    can_cancel: bool = True
    cancel: Callable[[Job], None] | None = None
    # Whether a failed one may be begun once more as it is.
    can_repeat: bool = True


_KINDS: dict[str, JobKind] = {}


def declare(kind: JobKind) -> JobKind:
    """Make a kind known; return it. Raise ValueError where another one has its code."""
    if _KINDS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of jobs are called {kind.code}")
    return kind


def kind_of(job: Job) -> JobKind | None:
    """Return the kind of a job, or None where this release does not know it."""
    return _KINDS.get(job.kind)


def known_kinds() -> list[JobKind]:
    """Return all kinds, by their codes."""
    return [_KINDS[code] for code in sorted(_KINDS)]
