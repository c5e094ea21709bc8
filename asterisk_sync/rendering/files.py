"""Header and marker of a generated file.

The header names the generation. The marker is the last object or extension of the file: where it is live, Asterisk
read the file to its end.
"""

import hashlib
import re
from collections.abc import Mapping

FILE_NAMES = (
    "pjsip_gateways.conf",
    "pjsip_customer_trunks.conf",
    "pjsip_extensions.conf",
    "extensions_routes.conf",
    "extensions_dids.conf",
)
HASH_DIGITS = 16
MARKER = "gen-"
MARKER_CONTEXT = "va-generation-"

_HEADER = (
    "; Asterisk Admin generation {generation}, content {digest}, file {name}.\n; Generated: edit in the panel.\n\n"
)
_HEADER_LINES = re.compile(r"\A; Asterisk Admin generation (\d+), content ([0-9a-f]+), file ([a-z_.]+)\.\n.*\n\n")
_PJSIP_MARKER = "\n; === End ===\n[{marker}]\ntype=aor\n"
_DIALPLAN_MARKER = "\n; === End ===\n[{context}]\nexten => {marker},1,NoOp()\n"


class EnvelopeError(ValueError):
    """A text lacks the header of a generated file."""


def digest_of(body: str) -> str:
    """Return the hash of a body, 16 hexadecimal digits: equal bodies have equal hashes in every generation."""
    return hashlib.sha256(body.encode()).hexdigest()[:HASH_DIGITS]


def marker_of(name: str, digest: str) -> str:
    """Return the marker of a file: the last aor of a pjsip file, the last extension of a dialplan file."""
    part = name.removesuffix(".conf").partition("_")[2].replace("_", "-")
    return f"{MARKER}{digest}-{part}" if name.startswith("pjsip_") else f"{MARKER}{digest}"


def marker_context_of(name: str) -> str:
    """Return the context that holds the marker of a dialplan file."""
    part = name.removesuffix(".conf").partition("_")[2]
    return f"{MARKER_CONTEXT}{part}"


def seal(name: str, body: str, generation: int) -> str:
    """Return the whole file: header, body, marker."""
    digest = digest_of(body)
    marker = marker_of(name, digest)
    if name.startswith("pjsip_"):
        end = _PJSIP_MARKER.format(marker=marker)
    else:
        end = _DIALPLAN_MARKER.format(context=marker_context_of(name), marker=marker)
    return _HEADER.format(generation=generation, digest=digest, name=name) + body + end


def read_header(text: str) -> tuple[int, str]:
    """Return the generation and the content hash that a file's header names."""
    match = _HEADER_LINES.match(text)
    if match is None:
        raise EnvelopeError("no header of a generated file")
    return int(match[1]), match[2]


def without_header(text: str) -> str:
    """Return a file without its header, which is all that Asterisk sees of it."""
    match = _HEADER_LINES.match(text)
    return text[match.end() :] if match else text


def markers(files: Mapping[str, str]) -> dict[str, str]:
    """Return file name -> marker to read back after a reload."""
    return {name: marker_of(name, read_header(text)[1]) for name, text in files.items()}
