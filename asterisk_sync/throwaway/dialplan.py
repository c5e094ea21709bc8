"""Reads what `dialplan show` prints, and compares it with the expected dialplan."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from asterisk_sync.reload.differences import altered, missing, not_in_the_set
from asterisk_sync.rendering.parser import Context

# Asterisk prints 1,023 bytes of a priority with its number; what comes after them cannot be compared.
SHOWN_BYTES = 1_000

_LINE = re.compile(
    r"""^(?:
    \[\ Context\ '(?P<context>[^']+)'\ created\ by\ '[^']*'\ \]
    |\ \ (?:'(?P<exten>[^']+)'\ =>)?(?:\ +\[(?P<label>[^\]]+)\])?\ +(?P<priority>\d+)\.\ (?P<call>.*)\ \[[^\[\]]*\]
    |\ \ Include\ =>\ +'(?P<include>[^']+)'\ +\[[^\[\]]*\]
    |-=\ (?P<extens>\d+)\ extensions?\ \((?P<steps>\d+)\ priorit(?:y|ies)\)\ in\ (?P<contexts>\d+)\ contexts?\.\ =-
    |(?P<empty>)
    |(?P<other>.+)
    )$""",
    re.MULTILINE | re.VERBOSE,
)

# The label, which is not shown of the first priority, and the call, such as `Gosub(va-ring,s,1)`.
LiveStep = tuple[str, str]


class IncompleteError(ValueError):
    """The text has not as many extensions as it says itself."""


@dataclass
class LiveContext:
    """A context as Asterisk has it."""

    extensions: dict[str, list[LiveStep]] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)


@dataclass
class LiveDialplan:
    """All contexts; `others` are lines that are neither extension nor include, `counted` is what the last line says."""

    contexts: dict[str, LiveContext] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    counted: tuple[int, int, int] | None = None
    last: LiveContext = field(default_factory=LiveContext)

    def add_step(self, exten: str | None, label: str | None, call: str) -> None:
        """Add a priority: the first one of an extension, or without `exten` the next one of the last extension."""
        if exten is not None:
            self.last.extensions[exten] = []
        self.last.extensions[next(reversed(self.last.extensions))].append((label or "", call))

    def extension_count(self) -> int:
        """Return how many extensions there are."""
        return sum(len(context.extensions) for context in self.contexts.values())


def read_dialplan(text: str) -> LiveDialplan:
    """Parse what `dialplan show` printed; raise IncompleteError."""
    found = LiveDialplan()
    for match in _LINE.finditer(text):
        if match["priority"] is not None:
            found.add_step(match["exten"], match["label"], match["call"].rstrip(" "))
        elif match["context"] is not None:
            found.contexts[match["context"]] = found.last = LiveContext()
        elif match["include"] is not None:
            found.last.includes.append(match["include"])
        elif match["extens"] is not None:
            found.counted = int(match["extens"]), int(match["steps"]), int(match["contexts"])
        elif match["other"] is not None:
            found.others.append(match["other"].strip())
    if not found.others:
        _check_counts(found)
    return found


def _check_counts(found: LiveDialplan) -> None:
    """Raise IncompleteError where lines are missing: Asterisk drops what the console cannot take at once."""
    steps = sum(len(steps) for context in found.contexts.values() for steps in context.extensions.values())
    if found.counted != (found.extension_count(), steps, len(found.contexts)):
        raise IncompleteError(f"the dialplan was read as {found.extension_count()} extensions of {found.counted}")


def dialplan_differences(wanted: Mapping[str, Context], live: LiveDialplan) -> Iterator[str]:
    """Yield a sentence for each difference: what is missing, what should not be there, what differs."""
    yield from (not_in_the_set(f"“{line}”") for line in live.others)
    yield from (missing(f"context {name}") for name in wanted.keys() - live.contexts.keys())
    yield from (not_in_the_set(f"context {name}") for name in live.contexts.keys() - wanted.keys())
    for name in wanted.keys() & live.contexts.keys():
        yield from _context_differences(wanted[name], live.contexts[name])


def _context_differences(wanted: Context, live: LiveContext) -> Iterator[str]:
    if wanted.includes != live.includes:
        yield _("%(object)s includes %(live)s instead of %(wanted)s") % {
            "object": f"context {wanted.name}",
            "live": ", ".join(live.includes),
            "wanted": ", ".join(wanted.includes),
        }
    expected = {
        exten: [
            (step.label if index else "", f"{step.application}({step.arguments})") for index, step in enumerate(steps)
        ]
        for exten, steps in wanted.extensions.items()
    }
    if expected == live.extensions:
        return
    yield from (missing(f"{exten}@{wanted.name}") for exten in expected.keys() - live.extensions.keys())
    yield from (not_in_the_set(f"{exten}@{wanted.name}") for exten in live.extensions.keys() - expected.keys())
    for exten in expected.keys() & live.extensions.keys():
        if not _same(expected[exten], live.extensions[exten]):
            yield altered(f"{exten}@{wanted.name}")


def _same(expected: list[LiveStep], live: list[LiveStep]) -> bool:
    return len(expected) == len(live) and all(
        mine == theirs or (mine[0] == theirs[0] and _is_cut(mine[1], theirs[1]))
        for mine, theirs in zip(expected, live, strict=True)
    )


def _is_cut(expected: str, shown: str) -> bool:
    """Tell whether Asterisk shows the beginning of a call that is too long to be shown whole."""
    return len(shown.encode()) >= SHOWN_BYTES and expected.startswith(shown)
