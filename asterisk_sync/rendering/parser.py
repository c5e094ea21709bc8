"""Parses generated files into objects of PJSIP and contexts of the dialplan, as Asterisk does.

Source: res/res_sorcery_config.c and pbx/pbx_config.c of Asterisk 22.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

from asterisk_sync.rendering.sections import ConfigSyntaxError, Section, SectionedText, parse_sections, read_section
from voipadmin.core.runtime.caches import RoundCache

__all__ = [
    "ConfigSyntaxError",
    "Context",
    "DialplanStep",
    "ParserCache",
    "PjsipObject",
    "parse_dialplan",
    "parse_pjsip",
    "parse_sections",
]

# Options of PJSIP objects that name other objects: (type, option) -> type of what is named.
REFERENCES = {
    ("endpoint", "aors"): "aor",
    ("endpoint", "auth"): "auth",
    ("endpoint", "outbound_auth"): "auth",
    ("identify", "endpoint"): "endpoint",
    ("registration", "endpoint"): "endpoint",
    ("registration", "outbound_auth"): "auth",
}

_EXTENSION = re.compile(r"(?P<exten>[^,\s]+),(?P<priority>1|n)(?:\((?P<label>[A-Za-z0-9_]+)\))?,(?P<call>.+)")
_SAME = re.compile(r"n(?:\((?P<label>[A-Za-z0-9_]+)\))?,(?P<call>.+)")
_CALL = re.compile(r"(?P<application>[A-Za-z0-9]+)\((?P<arguments>.*)\)")
_JUMP = re.compile(r"(?P<context>[A-Za-z0-9_.-]+),(?P<extension>[A-Za-z0-9_+]+),(?P<priority>[A-Za-z0-9_]+)(?:\(.*\))?")

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PjsipObject:
    """One object of PJSIP with its options, those of its templates first; keys such as `set_var` may repeat."""

    type: str
    name: str
    options: Options

    def values(self, key: str) -> list[str]:
        """Return every value of `key`."""
        return [value for name, value in self.options if name == key]

    def value(self, key: str) -> str | None:
        """Return the last value of `key`, which is the one that Asterisk takes, None where there is none."""
        found = self.values(key)
        return found[-1] if found else None

    @cached_property
    def has_to_authenticate(self) -> bool:
        """Whether it is an endpoint whose calls need a password, as telephones do."""
        return self.type == "endpoint" and self.value("auth") is not None

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The other objects that it names, as (type, name)."""
        named = [(REFERENCES[self.type, key], value) for key, value in self.options if (self.type, key) in REFERENCES]
        return tuple((kind, name) for kind, names in named for name in map(str.strip, names.split(",")) if name)


@dataclass(frozen=True, slots=True)
class DialplanStep:
    """One priority of an extension: an application with its arguments, and the label that a jump may name."""

    application: str
    arguments: str
    label: str = ""

    @property
    def jump(self) -> tuple[str, str] | None:
        """The context and extension that it goes to; None for other applications, and where it depends on the call."""
        match = _JUMP.fullmatch(self.arguments) if self.application in {"Goto", "Gosub"} else None
        return (match["context"], match["extension"]) if match else None


@dataclass(frozen=True)
class Context:
    """A context: extensions with their steps in order, and includes in the order in which they are searched."""

    name: str
    extensions: Mapping[str, Sequence[DialplanStep]] = field(default_factory=dict)
    includes: Sequence[str] = field(default_factory=list)

    @cached_property
    def jumps(self) -> frozenset[tuple[str, str]]:
        """The contexts and extensions that its steps go to, where they do not depend on the call."""
        steps = (step for steps in self.extensions.values() for step in steps)
        return frozenset(filter(None, (step.jump for step in steps)))

    @cached_property
    def has_patterns(self) -> bool:
        """Whether any of its extensions is a pattern."""
        return any(name.startswith("_") for name in self.extensions)


@dataclass(frozen=True, eq=False, slots=True)
class _Template:
    """The options of a template section after those of its bases; compared by identity, as its section is."""

    options: Options


Derived = tuple[Section, tuple[_Template, ...]]


class ParserCache:
    """What was parsed of earlier texts of one file; a round is one text."""

    def __init__(self) -> None:
        self.sections: RoundCache[Section] = RoundCache()
        self.templates: RoundCache[_Template] = RoundCache()
        self.objects: RoundCache[PjsipObject] = RoundCache()
        self.contexts: RoundCache[Context] = RoundCache()

    def begin_round(self) -> None:
        """Begin a text: sections that none of the last ones had are dropped."""
        for cache in (self.sections, self.templates, self.objects, self.contexts):
            cache.begin_round()


def parse_pjsip(text: str, cache: ParserCache | None = None) -> list[PjsipObject]:
    """Return the objects of a pjsip file with their templates applied, in the order of the file."""
    cache = cache or ParserCache()
    cut = SectionedText.of(text)
    templates: dict[str, _Template] = {}
    objects: dict[tuple[str, str], PjsipObject] = {}
    for number, section in cut.read(cache.sections, read_section):
        if missing := next((base for base in section.bases if base not in templates), None):
            raise ConfigSyntaxError(f"the template {missing} is missing", line=cut.line_of(number))
        derived = section, tuple(templates[base] for base in section.bases)
        if section.is_template:
            if section.name in templates:
                raise ConfigSyntaxError(f"the template {section.name} exists already", line=cut.line_of(number))
            templates[section.name] = cache.templates.get_or_make(derived, _template)
            continue
        try:
            found = cache.objects.get_or_make(derived, _object)
        except ConfigSyntaxError as error:
            raise ConfigSyntaxError(error.message, line=cut.line_of(number)) from error
        if (found.type, found.name) in objects:
            raise ConfigSyntaxError(f"a second {found.type} named {found.name}", line=cut.line_of(number))
        objects[found.type, found.name] = found
    return list(objects.values())


def _template(derived: Derived) -> _Template:
    return _Template(_options(derived))


def _options(derived: Derived) -> Options:
    section, bases = derived
    return (*(option for base in bases for option in base.options), *section.entries)


def _object(derived: Derived) -> PjsipObject:
    section, options = derived[0], _options(derived)
    types = {value for key, value in options if key == "type"}
    if len(types) != 1:
        raise ConfigSyntaxError(f"{section.name} has {len(types)} types", line=0)
    return PjsipObject(types.pop(), section.name, tuple(option for option in options if option[0] != "type"))


def parse_dialplan(text: str, cache: ParserCache | None = None) -> dict[str, Context]:
    """Return the contexts of a dialplan file; a context, or a priority of an extension, may be there once."""
    cache = cache or ParserCache()
    cut = SectionedText.of(text)
    contexts: dict[str, Context] = {}
    for number, context in cut.read(cache.contexts, _read_context):
        if context.name in contexts:
            raise ConfigSyntaxError(f"a second context {context.name}", line=cut.line_of(number))
        contexts[context.name] = context
    return contexts


def _read_context(piece: str) -> Context:
    section = read_section(piece)
    if section.is_template or section.bases:
        raise ConfigSyntaxError("a context has no template", line=0)
    extensions: dict[str, list[DialplanStep]] = {}
    includes: list[str] = []
    last = ""
    for key, value in section.entries:
        if key == "include":
            includes.append(value)
        elif key == "exten":
            last = _add_extension(section.name, extensions, value)
        elif key == "same" and last:
            extensions[last].append(_step(_SAME.fullmatch(value)))
        else:
            raise ConfigSyntaxError(f"{section.name}: {key} is not understood here", line=0)
    return Context(section.name, extensions, includes)


def _add_extension(context: str, extensions: dict[str, list[DialplanStep]], value: str) -> str:
    match = _EXTENSION.fullmatch(value)
    step = _step(match)
    if match is None or match["priority"] != "1":
        raise ConfigSyntaxError(f"{context}: an extension starts at priority 1: {value}", line=0)
    if match["exten"] in extensions:
        raise ConfigSyntaxError(f"{context}: a second extension {match['exten']}", line=0)
    extensions[match["exten"]] = [step]
    return match["exten"]


def _step(match: re.Match[str] | None) -> DialplanStep:
    call = _CALL.fullmatch(match["call"]) if match else None
    if match is None or call is None:
        raise ConfigSyntaxError("a priority that is not understood", line=0)
    return DialplanStep(intern(call["application"]), call["arguments"], match["label"] or "")
