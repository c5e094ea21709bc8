"""The lines by which the hand-written files of a node include the generated ones."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

TOP_FILES = {"pjsip": "pjsip.conf", "extensions": "extensions.conf"}
EXTENSIONS_FILE = "pjsip_extensions.conf"
# The types of objects that an extension is made of; sorcery.conf may have them read from a file of their own.
EXTENSION_TYPES = ("endpoint", "auth", "aor")
SORCERY_FILE = "sorcery.conf"
GENERATED = "voipadmin/current/"
# Includes inside includes that are followed; a file that includes itself must not keep us for ever.
DEEPEST_INCLUDE = 10

# A blank is [^\S\n], anything that is a blank but no line break: a line is read once, not again from each empty line.
_INCLUDE = re.compile(r'^[^\S\n]*#[^\S\n]*(?:try)?include[^\S\n]+[<"]?(?P<path>[^<>"\s;]+)[>"]?', re.MULTILINE)
_PJSIP_SECTION = re.compile(r"^\[res_pjsip\].*\n(?P<lines>(?:(?!\[).*\n?)*)", re.MULTILINE)
_MAPPING = re.compile(
    r"^[^\S\n]*(?P<type>[a-z_]+)[^\S\n]*=>?[^\S\n]*config[^\S\n]*,[^\S\n]*(?P<file>[^,;\s]+)", re.MULTILINE
)

_IDENTIFY_MAPPING = re.compile(
    r"^[^\S\n]*identify[^\S\n]*=>?[^\S\n]*config[^\S\n]*,[^;\n]*,buckets=1[^\S\n]*(?:[;,]|$)", re.MULTILINE
)


@dataclass(frozen=True)
class Inclusion:
    """How often a hand-written file, `top`, includes a generated one; `error` says why `top` cannot be read."""

    top: str
    times: int = 0
    by_wildcard: bool = False
    error: str = ""

    @property
    def is_missing(self) -> bool:
        """Tell whether the hand-written file was read and does not name the generated one."""
        return not self.error and not self.times and not self.by_wildcard


def extension_files(folder: Path) -> dict[str, str]:
    """Return the file from which Asterisk reads each type of object that an extension is made of."""
    try:
        section = _PJSIP_SECTION.search((folder / SORCERY_FILE).read_text())
    except (OSError, UnicodeDecodeError):
        section = None
    mapped = {match["type"]: match["file"] for match in _MAPPING.finditer(section["lines"])} if section else {}
    return {kind: mapped.get(kind, TOP_FILES["pjsip"]) for kind in EXTENSION_TYPES}


def keeps_identifies_in_order(folder: Path) -> bool:
    """Tell whether sorcery.conf gives identifies one bucket: they then stay in the order of the files.

    In that order each call is recognised sooner: see `rendering.pjsip.trunks_text`.
    """
    try:
        return _IDENTIFY_MAPPING.search((folder / SORCERY_FILE).read_text()) is not None
    except (OSError, UnicodeDecodeError):
        return False


def include_line(name: str) -> str:
    """Return the line that includes a generated file."""
    return f'#include "{_path(name)}"'


def inclusion_of(folder: Path, name: str) -> Inclusion:
    """Return how the hand-written files include a generated one; of several files, the first that does it wrong."""
    found = [_inclusion(folder, top, name) for top in _top_files(folder, name)]
    return next((inclusion for inclusion in found if inclusion.times != 1), found[0])


def add_include(folder: Path, name: str) -> bool:
    """Append the line that is missing to the hand-written file; return whether that can be read and written."""
    path = folder / inclusion_of(folder, name).top
    if not os.access(path, os.R_OK | os.W_OK):
        return False
    before = path.read_bytes()
    start = b"" if not before or before.endswith(b"\n") else b"\n"
    with path.open("ab") as file:
        file.write(start + include_line(name).encode() + b"\n")
    return True


def _top_files(folder: Path, name: str) -> list[str]:
    """Return the files that have to include a generated one, themselves or through others."""
    top = TOP_FILES[name.partition("_")[0]]
    if top != TOP_FILES["pjsip"]:
        return [top]
    large = list(extension_files(folder).values())
    return list(dict.fromkeys(large if name == EXTENSIONS_FILE else [top, *large]))


def _inclusion(folder: Path, top: str, name: str) -> Inclusion:
    try:
        included = _included(folder, top)
    except (OSError, UnicodeDecodeError) as error:
        return Inclusion(top, error=getattr(error, "strerror", "") or str(error))
    exact = sum(1 for path in included if path.endswith(_path(name)))
    wild = any(GENERATED in path and "*" in path for path in included)
    return Inclusion(top, exact, wild)


def _included(folder: Path, top: str, depth: int = DEEPEST_INCLUDE) -> list[str]:
    """Return what a file includes, and what the hand-written files among these include."""
    paths = [match["path"] for match in _INCLUDE.finditer((folder / top).read_text())]
    own = [path for path in paths if GENERATED not in path and depth and (folder / path).is_file()]
    return paths + [below for path in own for below in _included(folder, path, depth - 1)]


def _path(name: str) -> str:
    return f"{GENERATED}{name}"
