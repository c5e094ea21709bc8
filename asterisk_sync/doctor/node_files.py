"""The hand-written files of a node, seen from the machine of its worker."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from asterisk_sync.doctor.findings import Finding, failure, guarded, ok, warning
from asterisk_sync.generations.folder import NodeFolder
from asterisk_sync.generations.includes import (
    TOP_FILES,
    extension_files,
    include_line,
    inclusion_of,
    keeps_identifies_in_order,
)
from asterisk_sync.models import Node
from asterisk_sync.rendering.files import FILE_NAMES

PROMPT = "ss-noservice"

_SETTING = re.compile(r"^[^\S\n]*(?P<key>\w+)[^\S\n]*=>?[^\S\n]*(?P<value>[^;\n]+)", re.MULTILINE)


def examine(node: Node) -> list[Finding]:
    """Check the files around the generated ones."""
    folder = Path(node.config_path)
    if not os.access(folder, os.R_OK | os.X_OK):
        remedy = "Give the worker's user the group of Asterisk, or correct the directory in the node's form."
        return [failure("configuration directory", f"{folder} cannot be read", remedy)]
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "includes": lambda: _includes(folder),
        "reading": lambda: _reading(folder),
        "permissions": lambda: _permissions(folder),
        "call records": lambda: _records(node, folder),
        "prompts": lambda: _prompts(folder),
        "safety": lambda: _safety(folder),
    }
    return [finding for name, check in checks.items() for finding in guarded(name, check)]


def _includes(folder: Path) -> Iterator[Finding]:
    errors = [error for name in FILE_NAMES for error in _include_errors(folder, name)]
    yield from errors
    if not errors:
        yield ok("includes", "each generated file is included once")


def _include_errors(folder: Path, name: str) -> Iterator[Finding]:
    found = inclusion_of(folder, name)
    top, line = found.top, include_line(name)
    if found.error:
        yield failure("includes", f"{top}: {found.error}", f"Create {top} as in deploy/asterisk/{top}.")
    elif found.times > 1:
        yield failure(
            "includes", f"{top} includes {name} {found.times} times", "Once only: doubles freeze all objects."
        )
    elif found.is_missing:
        yield failure("includes", f"{top} does not include {name}", f"Add this line to {top}: {line}")
    elif not found.times:
        remedy = f"Name the file: {line}. Asterisk takes a wildcard for changed at each reload."
        yield warning("includes", f"{top} includes {name} through a wildcard", remedy)


def _reading(folder: Path) -> Iterator[Finding]:
    """Tell whether Asterisk reads the extensions for their three types of objects alone, and not for all eleven."""
    large = set(extension_files(folder).values())
    if len(large) > 1:
        files = ", ".join(sorted(large))
        yield failure("reading", f"endpoints, auths and aors come from different files: {files}", "Use one for all.")
    elif TOP_FILES["pjsip"] in large:
        remedy = "Copy pjsip.conf, pjsip_with_extensions.conf and sorcery.conf of deploy/asterisk; restart Asterisk."
        yield warning("reading", "all types of objects are read from the file of extensions: slow reloads", remedy)
    elif not keeps_identifies_in_order(folder):
        remedy = "Copy sorcery.conf of deploy/asterisk; restart Asterisk."
        yield warning("reading", "the addresses of peers are not kept in order: slow calls where they are many", remedy)
    else:
        yield ok("reading", "extensions are read only for the objects that they are made of")


def _permissions(folder: Path) -> Iterator[Finding]:
    root = NodeFolder(folder).root
    place = root if root.exists() else folder
    if not os.access(place, os.W_OK | os.X_OK):
        yield failure(
            "permissions", f"the worker may not write to {place}", f"Run: chmod 2770 {place}; chgrp asterisk {place}"
        )
        return
    open_files = [path.name for path in (root / "current").glob("*.conf") if path.stat().st_mode & 0o007]
    if open_files:
        yield failure("permissions", f"everybody can read {', '.join(open_files)}", "They hold passwords: chmod 640.")
    else:
        yield ok("permissions", f"{place} can be written and is private")


def _records(node: Node, folder: Path) -> Iterator[Finding]:
    try:
        mappings = (folder / "cdr_custom.conf").read_text()
    except OSError:
        mappings = ""
    remedy = "Copy deploy/asterisk/cdr_custom.conf; then: asterisk -rx 'module reload cdr_custom.so'."
    if "voipadmin.csv" not in mappings:
        yield failure("call records", "cdr_custom.conf does not write voipadmin.csv: no call is billed", remedy)
        return
    spool = Path(node.cdr_path)
    if not os.access(spool.parent, os.R_OK | os.X_OK):
        remedy = "Create it, owned by Asterisk and readable by the worker's group: records are lost meanwhile."
        yield failure("call records", f"{spool.parent} is missing or cannot be read", remedy)
    elif "CUT(CDR(va_call),|,9)" not in mappings:
        yield warning("call records", "cdr_custom.conf writes no caller: a fixed caller ID decides the price", remedy)
    else:
        yield ok("call records", f"written to {spool}")


def _prompts(folder: Path) -> Iterator[Finding]:
    data = _setting(folder / "asterisk.conf", "astdatadir") or "/usr/share/asterisk"
    sounds = Path(data) / "sounds"
    if not sounds.is_dir():
        # A node on another machine or in a tree of its own.
        return
    if any(sounds.glob(f"*/{PROMPT}.*")) or any(sounds.glob(f"{PROMPT}.*")):
        yield ok("prompts", f"{PROMPT} is there")
    else:
        remedy = "Install asterisk-core-sounds-en-gsm (or pt_BR): unknown numbers are answered with it."
        yield warning("prompts", f"the prompt {PROMPT} is missing below {sounds}", remedy)


def _safety(folder: Path) -> Iterator[Finding]:
    options = folder / "asterisk.conf"
    risky = [key for key in ("execincludes", "live_dangerously") if _setting(options, key).lower() in {"yes", "true"}]
    if risky:
        remedy = "Set them to no in asterisk.conf: a value that slipped into a file must not become a command."
        yield warning("safety", f"{' and '.join(risky)} are on", remedy)
    else:
        yield ok("safety", "files and AMI cannot run programs")


def _setting(path: Path, key: str) -> str:
    try:
        text = path.read_text()
    except OSError:
        return ""
    return next((match["value"].strip() for match in _SETTING.finditer(text) if match["key"] == key), "")
