"""A strict reader of Asterisk configuration text: it refuses what Asterisk would silently cut, drop or misread.

Source: main/config.c and res/res_sorcery_config.c of Asterisk 22.
"""

import re
from dataclasses import dataclass, field

MAX_LINE_BYTES = 8_190
MAX_NAME_CHARACTERS = 79

_HEADER = re.compile(r"\[(?P<name>[^\[\]\s;,()]+)\](?:\((?P<options>[^()\[\]\s;]*)\))?")
_ENTRY = re.compile(r"(?P<key>[A-Za-z_]+)\s*(?P<arrow>=>|=)\s*(?P<value>.*)")
_EXTENSION = re.compile(r"(?P<exten>[^,\s]+),(?P<priority>1|n)(?:\((?P<label>[A-Za-z0-9_]+)\))?,(?P<call>.+)")
_SAME = re.compile(r"n(?:\((?P<label>[A-Za-z0-9_]+)\))?,(?P<call>.+)")
_CALL = re.compile(r"(?P<application>[A-Za-z0-9]+)\((?P<arguments>.*)\)")


class ConfigSyntaxError(ValueError):
    """The text is not what a strict reader accepts; `line` counts from 1."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass
class Section:
    """`[name](bases)` with its entries; `name(!)` is a template."""

    name: str
    line: int
    is_template: bool = False
    bases: tuple[str, ...] = ()
    entries: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class PjsipObject:
    """One object of pjsip with what its templates gave it, in order; keys such as `set_var` may repeat."""

    type: str
    name: str
    options: tuple[tuple[str, str], ...]

    def values(self, key: str) -> list[str]:
        """Return every value of `key`."""
        return [value for name, value in self.options if name == key]

    def value(self, key: str) -> str | None:
        """Return the value that counts, which is the last one."""
        found = self.values(key)
        return found[-1] if found else None


@dataclass(frozen=True)
class Step:
    """One priority of an extension."""

    application: str
    arguments: str
    label: str = ""


@dataclass
class Context:
    """A context: extensions with their steps in order, and includes in the order in which they are searched."""

    name: str
    extensions: dict[str, list[Step]] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)


def parse_sections(text: str) -> list[Section]:
    """Return the sections of a file; raise ConfigSyntaxError for anything out of the ordinary."""
    if text and not text.endswith("\n"):
        raise ConfigSyntaxError("the last line has no end", line=text.count("\n") + 1)
    sections: list[Section] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _clean_line(raw, number)
        if not line:
            continue
        if line.startswith("["):
            sections.append(_header(line, number))
        elif not sections:
            raise ConfigSyntaxError("an entry stands before the first section", line=number)
        else:
            sections[-1].entries.append(_entry(line, number))
    return sections


def _clean_line(raw: str, number: int) -> str:
    """Return the line without its comment; an unescaped semicolon may only open a comment line."""
    if len(raw.encode()) > MAX_LINE_BYTES:
        raise ConfigSyntaxError("longer than Asterisk reads", line=number)
    if not raw.isprintable():
        raise ConfigSyntaxError("holds an unprintable character", line=number)
    if raw.startswith(";"):
        if raw.startswith(";--"):
            raise ConfigSyntaxError("opens a block comment", line=number)
        return ""
    if re.search(r"(?<!\\);", raw):
        raise ConfigSyntaxError("holds a semicolon, which cuts the line", line=number)
    if raw != raw.strip():
        raise ConfigSyntaxError("starts or ends with a blank", line=number)
    if raw.startswith("#"):
        raise ConfigSyntaxError("is a directive", line=number)
    return raw.replace("\\;", ";")


def _header(line: str, number: int) -> Section:
    match = _HEADER.fullmatch(line)
    if match is None:
        raise ConfigSyntaxError("is no section header", line=number)
    name, options = match["name"], match["options"]
    if len(name) > MAX_NAME_CHARACTERS:
        raise ConfigSyntaxError(f"the name is longer than {MAX_NAME_CHARACTERS} characters", line=number)
    parts = tuple(options.split(",")) if options else ()
    if any(part == "" or part.startswith("+") for part in parts):
        raise ConfigSyntaxError("has options that are not understood", line=number)
    return Section(name, number, is_template="!" in parts, bases=tuple(part for part in parts if part != "!"))


def _entry(line: str, number: int) -> tuple[str, str]:
    match = _ENTRY.fullmatch(line)
    if match is None:
        raise ConfigSyntaxError("is no entry", line=number)
    if match["arrow"] == "=" and match["value"].startswith(">"):
        raise ConfigSyntaxError("starts its value with a >, which Asterisk eats", line=number)
    return match["key"], match["value"]


def parse_pjsip(text: str) -> list[PjsipObject]:
    """Return the objects of a pjsip file with their templates applied, in the order of the file."""
    templates: dict[str, Section] = {}
    objects: dict[tuple[str, str], PjsipObject] = {}
    for section in parse_sections(text):
        if section.is_template:
            if section.name in templates:
                raise ConfigSyntaxError(f"the template {section.name} exists already", line=section.line)
            templates[section.name] = section
            continue
        found = _object(section, templates)
        if (found.type, found.name) in objects:
            raise ConfigSyntaxError(f"a second {found.type} named {found.name}", line=section.line)
        objects[found.type, found.name] = found
    return list(objects.values())


def _options(section: Section, templates: dict[str, Section]) -> list[tuple[str, str]]:
    options: list[tuple[str, str]] = []
    for base in section.bases:
        if base not in templates:
            raise ConfigSyntaxError(f"the template {base} is missing", line=section.line)
        options += _options(templates[base], templates)
    return options + section.entries


def _object(section: Section, templates: dict[str, Section]) -> PjsipObject:
    options = _options(section, templates)
    types = {value for key, value in options if key == "type"}
    if len(types) != 1:
        raise ConfigSyntaxError(f"{section.name} has {len(types)} types", line=section.line)
    return PjsipObject(types.pop(), section.name, tuple(option for option in options if option[0] != "type"))


def parse_dialplan(text: str) -> dict[str, Context]:
    """Return the contexts of a dialplan file; a context, or a priority of an extension, may be there once."""
    contexts: dict[str, Context] = {}
    for section in parse_sections(text):
        if section.is_template or section.bases:
            raise ConfigSyntaxError("a context has no template", line=section.line)
        if section.name in contexts:
            raise ConfigSyntaxError(f"a second context {section.name}", line=section.line)
        contexts[section.name] = _context(section)
    return contexts


def _context(section: Section) -> Context:
    context = Context(section.name)
    last = ""
    for key, value in section.entries:
        if key == "include":
            context.includes.append(value)
        elif key == "exten":
            last = _add_extension(context, value, section.line)
        elif key == "same" and last:
            context.extensions[last].append(_step(_SAME.fullmatch(value), section.line))
        else:
            raise ConfigSyntaxError(f"{section.name}: {key} is not understood here", line=section.line)
    return context


def _add_extension(context: Context, value: str, line: int) -> str:
    match = _EXTENSION.fullmatch(value)
    step = _step(match, line)
    if match is None or match["priority"] != "1":
        raise ConfigSyntaxError(f"{context.name}: an extension starts at priority 1: {value}", line=line)
    if match["exten"] in context.extensions:
        raise ConfigSyntaxError(f"{context.name}: a second extension {match['exten']}", line=line)
    context.extensions[match["exten"]] = [step]
    return match["exten"]


def _step(match: re.Match[str] | None, line: int) -> Step:
    call = _CALL.fullmatch(match["call"]) if match else None
    if match is None or call is None:
        raise ConfigSyntaxError("a priority that is not understood", line=line)
    return Step(call["application"], call["arguments"], match["label"] or "")
