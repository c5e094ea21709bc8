"""Shortens the documentation that Asterisk reads at its start to the options of configuration files.

Without these it refuses to start. The rest costs four fifths of a start: each application, function and action looks
itself up in the whole text when it registers.
"""

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

from asterisk_sync.throwaway.program import Program

FOLDER = "documentation"
OPTIONS = "configInfo"


def options_documented(program: Program) -> dict[str, bytes]:
    """Return file name -> text of the shortened documentation of a program; raise OSError."""
    folder = program.root / program.data_dir.lstrip("/") / FOLDER
    return {path.name: _shortened(path, path.stat().st_mtime) for path in sorted(folder.glob("core-*.xml"))}


@lru_cache(maxsize=4)
def _shortened(path: Path, _changed: float) -> bytes:
    # The time of change is part of the cache's key: an upgrade of Asterisk is read anew.
    try:
        whole = ET.parse(path).getroot()  # noqa: S314 - it came with the program that we are about to run
    except ET.ParseError as error:
        raise OSError(f"{path}: {error}") from error
    short = ET.Element(whole.tag)
    short.extend(whole.findall(OPTIONS))
    text: bytes = ET.tostring(short, encoding="UTF-8", xml_declaration=True)
    return text
