"""Ends the live calls of customers."""

from collections.abc import Collection

import structlog

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError, AmiRefusedError, AmiUnreachableError
from voipadmin.core.numbers.number import NumberKind

log = structlog.get_logger(__name__)

CALL_REJECTED = "21"


def hang_up_calls(client: AmiClient, account_codes: Collection[str]) -> int:
    """End every call with one of these account codes but those to emergency lines; return how many were ended.

    Raises AmiError where the node does not answer.
    """
    # The caller's channel is the one whose id links the call: with it Asterisk ends the others.
    channels = [
        event["Channel"]
        for event in client.list_action("CoreShowChannels")
        if event.get("AccountCode") in account_codes and event.get("Linkedid") == event.get("Uniqueid")
    ]
    return sum(_hang_up(client, channel) for channel in channels)


def _hang_up(client: AmiClient, channel: str) -> bool:
    """End a call, unless it is one to an emergency line; return whether it was ended."""
    if _is_to_an_emergency_line(client, channel):
        return False
    try:
        client.request("Hangup", Channel=channel, Cause=CALL_REJECTED)
    except AmiUnreachableError:
        raise
    except AmiError as error:
        log.info("gone_already", channel=channel, error=str(error))
    return True


def _is_to_an_emergency_line(client: AmiClient, channel: str) -> bool:
    """Tell whether the dialplan noted so; not where the channel is gone, or the AMI user may not ask for variables."""
    try:
        kind = client.request("Getvar", Channel=channel, Variable="va_kind").headers.get("Value")
    except AmiRefusedError:
        return False
    return kind == NumberKind.EMERGENCY
