"""Whether a live object of PJSIP has the values that its file gives it, whatever way Asterisk writes them."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from asterisk_sync.rendering.parser import PjsipObject

SECRET_KEYS = frozenset({"password", "md5_cred", "password_digest"})
# Shown in another form than written, or not shown at all.
NOT_COMPARED = frozenset({"type", "disallow", "password_digest", "tos_audio", "tos_video", "cos_audio", "cos_video"})
TRUE = frozenset({"yes", "true", "on", "1"})
FALSE = frozenset({"no", "false", "off", "0"})


def value_differences(wanted: PjsipObject, live: Mapping[str, Any]) -> list[str]:
    """Return a line for each option of `wanted` that the live object shows with another value; secrets unnamed."""
    differences = []
    for key in dict.fromkeys(name for name, _value in wanted.options if name not in NOT_COMPARED):
        header = live.get(_header(key))
        if header is None or _agrees(key, wanted.values(key), str(header)):
            continue
        shown = "another value" if key in SECRET_KEYS else f"“{header}” instead of “{', '.join(wanted.values(key))}”"
        differences.append(f"{wanted.type} {wanted.name} has {shown} for {key}")
    return differences


def _header(key: str) -> str:
    """Return the name under which AMI shows an option: `max_contacts` is `MaxContacts`."""
    special = {"contact": "Contacts", "contacts": "Contacts"}
    return special.get(key) or "".join(part[:1].upper() + part[1:] for part in key.split("_"))


def _agrees(key: str, wanted: list[str], live: str) -> bool:
    if key in SECRET_KEYS:
        return wanted[-1] == live
    if key == "contact":
        return all(contact in live for contact in wanted)
    if key == "match":
        return _networks(",".join(wanted)) == _networks(live)
    if key == "callerid":
        return _caller_id(wanted[-1]) == _caller_id(live)
    if key == "allow":
        return _codecs(wanted) == _codecs([live.strip("()").replace("|", ",")])
    if key == "set_var":
        return set(wanted) == set(_split(live)) or ",".join(wanted) == live
    return _plain(wanted[-1]) == _plain(live)


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _codecs(values: list[str]) -> list[str]:
    return [codec for value in values for codec in _split(value) if codec not in {"all", "!all"}]


def _caller_id(value: str) -> str:
    return "".join(value.replace('"', "").split())


def _networks(value: str) -> set[str]:
    found = set()
    for part in _split(value):
        try:
            found.add(str(ipaddress.ip_network(part, strict=False)))
        except ValueError:
            found.add(part)
    return found


def _plain(value: str) -> object:
    """Booleans, numbers and lists in one form."""
    lowered = value.strip().lower()
    if lowered in TRUE:
        return 1.0
    if lowered in FALSE:
        return 0.0
    try:
        return float(lowered)
    except ValueError:
        return frozenset(_split(lowered))
