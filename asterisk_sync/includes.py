"""The lines by which the hand-written files of a node take in the generated ones."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

TOP_FILES = {"pjsip": "pjsip.conf", "extensions": "extensions.conf"}

_INCLUDE = re.compile(r'^\s*#\s*(?:try)?include\s+[<"]?(?P<path>[^<>"\s;]+)[>"]?', re.MULTILINE)


@dataclass(frozen=True)
class Inclusion:
    """How often a hand-written file names a generated one; `error` where it cannot be read."""

    top: str
    times: int = 0
    by_wildcard: bool = False
    error: str = ""

    @property
    def is_missing(self) -> bool:
        """Tell whether the hand-written file was read and does not name the generated one."""
        return not self.error and not self.times and not self.by_wildcard


def top_file(name: str) -> str:
    """Return the hand-written file that has to include a generated one."""
    return TOP_FILES[name.partition("_")[0]]


def include_line(name: str) -> str:
    """Return the line that includes a generated file."""
    return f'#include "{_path(name)}"'


def inclusion_of(folder: Path, name: str) -> Inclusion:
    """Return how the hand-written files in `folder` include a generated one."""
    top = top_file(name)
    try:
        included = [match["path"] for match in _INCLUDE.finditer((folder / top).read_text())]
    except (OSError, UnicodeDecodeError) as error:
        return Inclusion(top, error=getattr(error, "strerror", "") or str(error))
    exact = sum(1 for item in included if item.endswith(_path(name)))
    wild = any("voipadmin/current/" in item and "*" in item for item in included)
    return Inclusion(top, exact, wild)


def add_include(folder: Path, name: str) -> bool:
    """Append the line that is missing; return whether the hand-written file could be written."""
    path = folder / top_file(name)
    if not os.access(path, os.R_OK | os.W_OK):
        return False
    before = path.read_bytes()
    start = b"" if not before or before.endswith(b"\n") else b"\n"
    with path.open("ab") as file:
        file.write(start + include_line(name).encode() + b"\n")
    return True


def _path(name: str) -> str:
    return f"voipadmin/current/{name}"
