"""Ends the live calls of customers."""

from collections.abc import Collection

import structlog

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError, AmiUnreachableError

log = structlog.get_logger(__name__)

CALL_REJECTED = "21"


def hang_up_calls(client: AmiClient, account_codes: Collection[str]) -> int:
    """End every call with one of these account codes; return how many channels were hung up.

    Raises AmiError where the node does not answer.
    """
    # The caller's channel is the one whose id links the call: with it Asterisk ends the others.
    channels = [
        event["Channel"]
        for event in client.list_action("CoreShowChannels")
        if event.get("AccountCode") in account_codes and event.get("Linkedid") == event.get("Uniqueid")
    ]
    for channel in channels:
        try:
            client.request("Hangup", Channel=channel, Cause=CALL_REJECTED)
        except AmiUnreachableError:
            raise
        except AmiError as error:
            log.info("gone_already", channel=channel, error=str(error))
    return len(channels)
