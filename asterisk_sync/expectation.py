"""What has to be live when a set of files was taken, read from the files themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from asterisk_sync.rendering.parser import Context, PjsipObject, parse_dialplan, parse_pjsip

PJSIP_MODULE = "res_pjsip.so"
DIALPLAN_MODULE = "pbx_config.so"


def module_of(file_name: str) -> str:
    """Return the module of Asterisk that reads a generated file."""
    return PJSIP_MODULE if file_name.startswith("pjsip_") else DIALPLAN_MODULE


class DialplanLine(NamedTuple):
    """An extension of a context."""

    context: str
    extension: str

    def __str__(self) -> str:
        return f"{self.extension}@{self.context}"


@dataclass(frozen=True)
class Expectation:
    """The objects of PJSIP by type and name, and the contexts of the dialplan by name."""

    objects: Mapping[tuple[str, str], PjsipObject] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)

    def names(self, kind: str) -> frozenset[str]:
        """Return the names of the objects of one type."""
        return frozenset(name for type_, name in self.objects if type_ == kind)

    def steps(self) -> dict[DialplanLine, list[tuple[str, str]]]:
        """Return the applications of each extension with their arguments, in order."""
        return {
            DialplanLine(context.name, exten): [(step.application, step.arguments) for step in steps]
            for context in self.contexts.values()
            for exten, steps in context.extensions.items()
        }

    def changed_endpoints(self, before: "Expectation") -> list[str]:
        """Return the endpoints that are new or whose endpoint, aor or auth differs from `before`."""
        changed = {name for (kind, name), item in self.objects.items() if before.objects.get((kind, name)) != item}
        return sorted(changed & self.names("endpoint"))


class ParsedFile(NamedTuple):
    """The objects of one file: those of PJSIP, or the contexts of the dialplan."""

    objects: tuple[PjsipObject, ...] = ()
    contexts: tuple[Context, ...] = ()


@lru_cache(maxsize=16)
def parse_file(name: str, text: str) -> ParsedFile:
    """Parse one file; from one run to the next most are the same. Raise ConfigSyntaxError."""
    if module_of(name) == PJSIP_MODULE:
        return ParsedFile(objects=tuple(parse_pjsip(text)))
    return ParsedFile(contexts=tuple(parse_dialplan(text).values()))


def expect(files: Mapping[str, str]) -> Expectation:
    """Return what a validated set makes live; raise ConfigSyntaxError for one that is not valid."""
    parsed = [parse_file(name, text) for name, text in files.items()]
    return Expectation(
        {(item.type, item.name): item for file in parsed for item in file.objects},
        {context.name: context for file in parsed for context in file.contexts},
    )
