"""The expected configuration: what has to be live when Asterisk took a set, read from the set's files themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from asterisk_sync.rendering.parser import Context, ParserCache, PjsipObject, parse_dialplan, parse_pjsip

PJSIP_MODULE = "res_pjsip.so"
DIALPLAN_MODULE = "pbx_config.so"
# Files and sets that stay parsed: those of the live set, and what the next one has otherwise.
PARSED_FILES_KEPT = 8
PARSED_SETS_KEPT = 2

ObjectKey = tuple[str, str]
Key = TypeVar("Key")
Value = TypeVar("Value")


def module_of(file_name: str) -> str:
    """Return the module of Asterisk that reads a generated file."""
    return PJSIP_MODULE if file_name.startswith("pjsip_") else DIALPLAN_MODULE


class DialplanLine(NamedTuple):
    """An extension of a context of the dialplan."""

    context: str
    extension: str

    def __str__(self) -> str:
        return f"{self.extension}@{self.context}"


@dataclass(frozen=True)
class ConfigChange:
    """What a set changes: the objects and contexts that are new or altered, and those that are removed."""

    objects: frozenset[ObjectKey]
    removed_objects: frozenset[ObjectKey]
    contexts: frozenset[str]
    removed_contexts: frozenset[str]


@dataclass(frozen=True)
class ExpectedConfig:
    """The objects of PJSIP by type and name, and the contexts of the dialplan by name."""

    objects: Mapping[ObjectKey, PjsipObject] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)

    def names(self, kind: str) -> frozenset[str]:
        """Return the names of the objects of one type."""
        return self._names.get(kind, frozenset())

    @property
    def kinds(self) -> Collection[str]:
        """The types of objects that there are."""
        return self._names.keys()

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for kind, name in self.objects:
            found[kind].append(name)
        return {kind: frozenset(names) for kind, names in found.items()}

    @cached_property
    def identifies(self) -> dict[str, list[ObjectKey]]:
        """Endpoint -> the `identify` objects that recognise it by its address."""
        found: dict[str, list[ObjectKey]] = defaultdict(list)
        for name in self.names("identify"):
            for _kind, endpoint in self.objects["identify", name].references:
                found[endpoint].append(("identify", name))
        return found

    def steps(self) -> dict[DialplanLine, list[tuple[str, str]]]:
        """Return the applications of each extension with their arguments, in order."""
        return {
            DialplanLine(context.name, exten): [(step.application, step.arguments) for step in steps]
            for context in self.contexts.values()
            for exten, steps in context.extensions.items()
        }

    def change_since(self, before: "ExpectedConfig") -> ConfigChange:
        """Return what has to become live, and what has to go, when this set follows `before`."""
        return ConfigChange(
            _altered(self.objects, before.objects),
            frozenset(before.objects.keys() - self.objects.keys()),
            _altered(self.contexts, before.contexts),
            frozenset(before.contexts.keys() - self.contexts.keys()),
        )


def _altered(now: Mapping[Key, Value], before: Mapping[Key, Value]) -> frozenset[Key]:
    # By the cache of the parser, what did not change is mostly the very same object: `is` saves comparing it.
    return frozenset(key for key, item in now.items() if (old := before.get(key)) is not item and old != item)


class ParsedFile(NamedTuple):
    """The content of one file: objects of PJSIP, or contexts of the dialplan."""

    objects: tuple[PjsipObject, ...] = ()
    contexts: tuple[Context, ...] = ()


# File name -> what was parsed of its earlier texts.
_parser_caches: dict[str, ParserCache] = defaultdict(ParserCache)


@lru_cache(maxsize=PARSED_FILES_KEPT)
def parse_file(name: str, text: str) -> ParsedFile:
    """Parse one file, and of it only the sections that earlier texts had not; raise ConfigSyntaxError."""
    cache = _parser_caches[name]
    cache.begin_round()
    return _parse(name, text, cache)


def _parse(name: str, text: str, cache: ParserCache) -> ParsedFile:
    if module_of(name) == PJSIP_MODULE:
        return ParsedFile(objects=tuple(parse_pjsip(text, cache)))
    return ParsedFile(contexts=tuple(parse_dialplan(text, cache).values()))


def expected_config(files: Mapping[str, str]) -> ExpectedConfig:
    """Return what a set makes live; raise ConfigSyntaxError for one that cannot be parsed."""
    return _expected_config(tuple(files.items()))


# Texts as a key are cheap here: Python keeps the hash of a string, and compares identical strings by identity.
@lru_cache(maxsize=PARSED_SETS_KEPT)
def _expected_config(files: tuple[tuple[str, str], ...]) -> ExpectedConfig:
    return combine_parsed_files(parse_file(name, text) for name, text in files)


def expected_config_uncached(files: Mapping[str, str]) -> ExpectedConfig:
    """Return what a part of a set makes live, neither taken from a cache nor kept in one; raise ConfigSyntaxError."""
    return combine_parsed_files(_parse(name, text, ParserCache()) for name, text in files.items())


def combine_parsed_files(files: Iterable[ParsedFile]) -> ExpectedConfig:
    """Return what several parsed files make live together."""
    parsed = list(files)
    return ExpectedConfig(
        {(item.type, item.name): item for file in parsed for item in file.objects},
        {context.name: context for file in parsed for context in file.contexts},
    )
