"""What `dialplan show` prints, read back and compared with what was meant."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from asterisk_sync.rendering.parser import Context
from asterisk_sync.throwaway.reasons import altered, missing, surplus

# Asterisk prints 1,023 bytes of a priority and its number; what is behind them cannot be compared.
SHOWN_BYTES = 1_000

_LINE = re.compile(
    r"""^(?:
    \[\ Context\ '(?P<context>[^']+)'\ created\ by\ '[^']*'\ \]
    |\ \ (?:'(?P<exten>[^']+)'\ =>)?(?:\ +\[(?P<label>[^\]]+)\])?\ +(?P<priority>\d+)\.\ (?P<call>.*?)\ +\[[^\[\]]*\]
    |\ \ Include\ =>\ +'(?P<include>[^']+)'\ +\[[^\[\]]*\]
    |-=\ (?P<extens>\d+)\ extensions?\ \((?P<steps>\d+)\ priorit(?:y|ies)\)\ in\ (?P<contexts>\d+)\ contexts?\.\ =-
    |(?P<empty>)
    |(?P<other>.+)
    )$""",
    re.MULTILINE | re.VERBOSE,
)

# Label (of all but the first priority, where it is not shown) and call, as `Gosub(va-ring,s,1)`.
LiveStep = tuple[str, str]


class IncompleteError(ValueError):
    """The text ends before its own count of extensions, or counts others than it shows."""


@dataclass
class LiveContext:
    """A context as Asterisk has it."""

    extensions: dict[str, list[LiveStep]] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)


@dataclass
class LiveDialplan:
    """All contexts, and the lines that are neither extensions nor includes."""

    contexts: dict[str, LiveContext] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    counted: tuple[int, int, int] | None = None
    last: LiveContext = field(default_factory=LiveContext)

    def add_step(self, exten: str | None, label: str | None, call: str) -> None:
        """Take a priority of the last context: the first of an extension, or one more of the last extension."""
        if exten is not None:
            self.last.extensions[exten] = []
        self.last.extensions[next(reversed(self.last.extensions))].append((label or "", call))

    def extension_count(self) -> int:
        """Return how many extensions there are."""
        return sum(len(context.extensions) for context in self.contexts.values())


def read_dialplan(text: str) -> LiveDialplan:
    """Return what `dialplan show` printed; raise IncompleteError."""
    found = LiveDialplan()
    for match in _LINE.finditer(text):
        if match["priority"] is not None:
            found.add_step(match["exten"], match["label"], match["call"])
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
    """A console that cannot write at once gives up: Asterisk's own counts show that nothing was left out."""
    steps = sum(len(steps) for context in found.contexts.values() for steps in context.extensions.values())
    if found.counted != (found.extension_count(), steps, len(found.contexts)):
        raise IncompleteError(f"the dialplan was read as {found.extension_count()} extensions of {found.counted}")


def dialplan_differences(wanted: Mapping[str, Context], live: LiveDialplan) -> Iterator[str]:
    """Yield what is live otherwise than meant, by name, in both directions."""
    yield from (surplus(f"“{line}”") for line in live.others)
    yield from (missing(f"context {name}") for name in wanted.keys() - live.contexts.keys())
    yield from (surplus(f"context {name}") for name in live.contexts.keys() - wanted.keys())
    for name in wanted.keys() & live.contexts.keys():
        yield from _context_differences(wanted[name], live.contexts[name])


def _context_differences(wanted: Context, live: LiveContext) -> Iterator[str]:
    if wanted.includes != live.includes:
        yield _("%(object)s includes %(live)s instead of %(wanted)s") % {
            "object": f"context {wanted.name}",
            "live": ", ".join(live.includes),
            "wanted": ", ".join(wanted.includes),
        }
    meant = {
        exten: [
            (step.label if index else "", f"{step.application}({step.arguments})") for index, step in enumerate(steps)
        ]
        for exten, steps in wanted.extensions.items()
    }
    if meant == live.extensions:
        return
    yield from (missing(f"{exten}@{wanted.name}") for exten in meant.keys() - live.extensions.keys())
    yield from (surplus(f"{exten}@{wanted.name}") for exten in live.extensions.keys() - meant.keys())
    for exten in meant.keys() & live.extensions.keys():
        if not _same(meant[exten], live.extensions[exten]):
            yield altered(f"{exten}@{wanted.name}")


def _same(meant: list[LiveStep], live: list[LiveStep]) -> bool:
    return len(meant) == len(live) and all(
        mine == theirs or (mine[0] == theirs[0] and _is_cut(mine[1], theirs[1]))
        for mine, theirs in zip(meant, live, strict=True)
    )


def _is_cut(meant: str, shown: str) -> bool:
    return len(shown.encode()) >= SHOWN_BYTES and meant.startswith(shown)
