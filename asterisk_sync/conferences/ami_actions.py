"""What is asked of a node's AMI about conferences: fixed actions with checked values, and nothing else.

The user that they need may run any application. So contexts are ours, names of variables are constants, and a value is
digits, hexadecimal digits, a customer's code, or a name that Asterisk itself gave.
"""

import re
from dataclasses import dataclass
from typing import Any

import structlog

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError
from asterisk_sync.conferences.observation import Member
from asterisk_sync.rendering.conferences import conference_context

log = structlog.get_logger(__name__)

# Q.850: normal clearing.
NORMAL = "16"
_DIALLED = re.compile(r"\+?[0-9]{1,40}")
_CALLER = re.compile(r"[0-9]{0,15}")
_HEX = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,150}")
_VALUE = re.compile(r"[A-Za-z0-9_.-]{0,80}")


class UnfitValueError(ValueError):
    """A value does not fit into an action."""


def _fit(pattern: re.Pattern[str], value: str) -> str:
    if pattern.fullmatch(value) is None:
        raise UnfitValueError(f"{value[:40]!r} does not fit")
    return value


@dataclass(frozen=True, slots=True)
class LegCall:
    """A call to make: who is called for which room, and the unique ids that its two channels are to have."""

    number: str
    customer_code: str
    caller: str
    room: str
    leg: str
    linkedid: str
    uniqueid: str
    ring_seconds: int
    is_moderator: bool = False
    is_muted: bool = False


def originate(client: AmiClient, call: LegCall) -> None:
    """Have the node make a call, and put who answers into the room; returns before it rings. Raises AmiError."""
    room, caller = _fit(_HEX, call.room), _fit(_CALLER, call.caller)
    variables = {
        "va_room": room,
        "va_leg": _fit(_HEX, call.leg),
        "va_caller": caller,
        "va_marked": "yes" if call.is_moderator else "no",
        "va_muted": "yes" if call.is_muted else "no",
    }
    code = _fit(_CODE, call.customer_code)
    answer = client.send_action(
        {
            "Action": "Originate",
            # /n: the two halves stay. Joined into one channel the call would lose its limits.
            "Channel": f"Local/{_fit(_DIALLED, call.number)}@{conference_context(code)}/n",
            "Context": "va-conference-room",
            "Exten": "s",
            "Priority": "1",
            "Timeout": str(call.ring_seconds * 1000),
            "CallerID": f"<{caller}>",
            "Account": code,
            "Async": "true",
            "ChannelId": _fit(_ID, call.linkedid),
            "OtherChannelId": _fit(_ID, call.uniqueid),
            "Variable": [f"{name}={value}" for name, value in variables.items()],
        }
    )
    if answer.is_error:
        raise AmiRefusedError(answer.message)


def carries_conferences_of(client: AmiClient, customer_code: str) -> bool:
    """Tell whether the node's dialplan has the context of a customer's conferences."""
    try:
        return bool(client.list_action("ShowDialPlan", Context=conference_context(_fit(_CODE, customer_code))))
    except AmiRefusedError:
        return False


def channels_of(client: AmiClient) -> dict[str, str]:
    """Return the channels of the node: unique id -> name."""
    return {str(event.get("Uniqueid")): str(event["Channel"]) for event in client.list_action("CoreShowChannels")}


def locked_rooms(client: AmiClient) -> dict[str, bool]:
    """Return the rooms that are open, and whether each is locked."""
    rows = _list(client, "ConfbridgeListRooms")
    return {str(row["Conference"]): _says_yes(row.get("Locked")) for row in rows if "Conference" in row}


def is_room(name: str) -> bool:
    """Tell whether a room has a name of ours: the key of a session in hexadecimal."""
    return _HEX.fullmatch(name) is not None


def members_of(client: AmiClient, room: str) -> dict[str, Member]:
    """Return who is in a room, by unique id."""
    return {
        str(row.get("Uniqueid")): Member(
            channel=str(row["Channel"]),
            caller=str(row.get("CallerIDNum", "")),
            muted=_says_yes(row.get("Muted")),
            talking=_says_yes(row.get("Talking")),
        )
        for row in _list(client, "ConfbridgeList", _fit(_HEX, room))
        if "Channel" in row
    }


def _list(client: AmiClient, action: str, room: str = "") -> list[dict[str, Any]]:
    # Where there is no such room Asterisk answers with an error.
    try:
        return client.list_action(action, Conference=room) if room else client.list_action(action)
    except AmiRefusedError:
        return []


def _says_yes(value: object) -> bool:
    return str(value).lower() == "yes"


def mute(client: AmiClient, room: str, channel: str, *, muted: bool) -> None:
    """Mute somebody in a room, or let him be heard."""
    action = "ConfbridgeMute" if muted else "ConfbridgeUnmute"
    _try(client, {"Action": action, "Conference": _fit(_HEX, room), "Channel": channel})


def lock(client: AmiClient, room: str, *, locked: bool) -> None:
    """Lock a room against those who dial in, or unlock it."""
    _try(client, {"Action": "ConfbridgeLock" if locked else "ConfbridgeUnlock", "Conference": _fit(_HEX, room)})


def kick(client: AmiClient, room: str, channel: str) -> None:
    """Put somebody out of a room, which ends the call."""
    _try(client, {"Action": "ConfbridgeKick", "Conference": _fit(_HEX, room), "Channel": channel})


def hang_up(client: AmiClient, channel: str) -> None:
    """End a call that rings."""
    _try(client, {"Action": "Hangup", "Channel": channel, "Cause": NORMAL})


def _try(client: AmiClient, fields: dict[str, str | list[str]]) -> None:
    """Ask for something; that who is meant has gone meanwhile is no error."""
    answer = client.send_action(fields)
    if answer.is_error:
        log.info("gone_already", action=fields["Action"], error=answer.message)


def set_global(client: AmiClient, name: str, key: str, value: str) -> None:
    """Set one of the globals that the dialplan of a conference reads; they are gone after a restart of Asterisk."""
    client.request("Setvar", Variable=f"va_{name}_{_fit(_HEX, key)}", Value=_fit(_VALUE, value))


def read_global(client: AmiClient, name: str, key: str) -> str:
    """Return such a global, an empty text where it does not stand."""
    try:
        return str(client.request("Getvar", Variable=f"va_{name}_{_fit(_HEX, key)}").headers.get("Value", ""))
    except AmiRefusedError:
        return ""
