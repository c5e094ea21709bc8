"""A strict reader of Asterisk's configuration files: it refuses what Asterisk would silently cut, drop or misread.

A text is read section by section; sections that are kept from earlier texts are not read again. Source: main/config.c
of Asterisk 22.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from voipadmin.core.runtime.caches import RoundCache

Value = TypeVar("Value")

MAX_LINE_BYTES = 8_190
MAX_NAME_CHARACTERS = 79

_HEADER = re.compile(r"\[(?P<name>[^\[\]\s;,()]+)\](?:\((?P<options>[^()\[\]\s;]*)\))?")
_ENTRY = re.compile(r"(?P<key>[A-Za-z_]+)\s*(?P<arrow>=>|=)\s*(?P<value>.*)")
_CUTTING_SEMICOLON = re.compile(r"(?<!\\);")


class ConfigSyntaxError(ValueError):
    """The text is refused; `line` is the number of the line, from 1."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.message = message
        self.line = line


@dataclass(frozen=True, eq=False, slots=True)
class Section:
    """`[name](bases)` with its entries; `name(!)` is a template.

    Sections are compared by identity: equal texts give the same object, by the cache, and comparing stays cheap.
    """

    name: str
    is_template: bool
    bases: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SectionedText:
    """A text cut before each line that opens a section.

    `pieces[0]` is what comes before the first section; the others have lost their opening bracket.
    """

    pieces: list[str]

    @classmethod
    def of(cls, text: str) -> "SectionedText":
        """Cut a text; raise ConfigSyntaxError for one whose last line does not end."""
        if text and not text.endswith("\n"):
            raise ConfigSyntaxError("the last line has no end", line=text.count("\n") + 1)
        # The line feed in front makes the first line a place to cut, too.
        return cls(f"\n{text.removesuffix(chr(10))}".split("\n["))

    def line_of(self, piece: int) -> int:
        """Return the number of the line that opens a piece."""
        return piece + sum(text.count("\n") for text in self.pieces[:piece])

    def read(self, cache: RoundCache[Value], read: Callable[[str], Value]) -> Iterator[tuple[int, Value]]:
        """Yield the number of each section with what `read` makes of it; raise ConfigSyntaxError."""
        _refuse_entries(self.pieces[0])
        for number, piece in enumerate(self.pieces[1:], start=1):
            try:
                yield number, cache.get_or_make(piece, read)
            except ConfigSyntaxError as error:
                raise ConfigSyntaxError(error.message, line=self.line_of(number) + error.line) from error


def parse_sections(text: str) -> list[Section]:
    """Return the sections of a text; raise ConfigSyntaxError for anything out of the ordinary."""
    return [section for _number, section in SectionedText.of(text).read(RoundCache(), read_section)]


def _refuse_entries(before: str) -> None:
    for number, raw in enumerate(before.split("\n")):
        if _clean_line(raw, number):
            raise ConfigSyntaxError("an entry stands before the first section", line=number)


def read_section(piece: str) -> Section:
    """Read a piece of a text as a section; lines of its errors count from its header, which is line 0."""
    first, *others = f"[{piece}".split("\n")
    name, is_template, bases = _header(_clean_line(first, 0))
    lines = [(number, _clean_line(raw, number)) for number, raw in enumerate(others, start=1)]
    return Section(name, is_template, bases, tuple(_entry(line, number) for number, line in lines if line))


def _clean_line(raw: str, number: int) -> str:
    """Return a line as Asterisk reads it, empty for a comment; raise ConfigSyntaxError.

    A semicolon may open a comment line or be escaped; anywhere else it would cut the line.
    """
    if len(raw.encode()) > MAX_LINE_BYTES:
        raise ConfigSyntaxError("longer than Asterisk reads", line=number)
    if not raw.isprintable():
        raise ConfigSyntaxError("holds an unprintable character", line=number)
    if raw.startswith(";"):
        if raw.startswith(";--"):
            raise ConfigSyntaxError("opens a block comment", line=number)
        return ""
    if ";" in raw and _CUTTING_SEMICOLON.search(raw):
        raise ConfigSyntaxError("holds a semicolon, which cuts the line", line=number)
    if raw != raw.strip():
        raise ConfigSyntaxError("starts or ends with a blank", line=number)
    if raw.startswith("#"):
        raise ConfigSyntaxError("is a directive", line=number)
    return raw.replace("\\;", ";")


def _header(line: str) -> tuple[str, bool, tuple[str, ...]]:
    match = _HEADER.fullmatch(line)
    if match is None:
        raise ConfigSyntaxError("is no section header", line=0)
    name, options = match["name"], match["options"]
    if len(name) > MAX_NAME_CHARACTERS:
        raise ConfigSyntaxError(f"the name is longer than {MAX_NAME_CHARACTERS} characters", line=0)
    parts = tuple(options.split(",")) if options else ()
    if any(part == "" or part.startswith("+") for part in parts):
        raise ConfigSyntaxError("has options that are not understood", line=0)
    return name, "!" in parts, tuple(part for part in parts if part != "!")


def _entry(line: str, number: int) -> tuple[str, str]:
    match = _ENTRY.fullmatch(line)
    if match is None:
        raise ConfigSyntaxError("is no entry", line=number)
    if match["arrow"] == "=" and match["value"].startswith(">"):
        raise ConfigSyntaxError("starts its value with a >, which Asterisk eats", line=number)
    return match["key"], match["value"]
