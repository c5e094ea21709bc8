"""Ends the calls of customers whom a new set stops: the worker does it, whether the authorizer is there or not."""

import re
from collections.abc import Mapping
from uuid import UUID

import structlog

from asterisk_sync.ami.calls import hang_up_calls
from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError
from customers.models import Customer

log = structlog.get_logger(__name__)

ROUTES_FILE = "extensions_routes.conf"
_STOPPED = re.compile(r"^\[va-stopped-([0-9a-f-]{36})\]$", re.MULTILINE)


def stopped_in(files: Mapping[str, str]) -> set[UUID]:
    """Return the ids of the customers whom a set stops."""
    return {UUID(found) for found in _STOPPED.findall(files.get(ROUTES_FILE, ""))}


def end_newly_stopped_calls(client: AmiClient, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """End the calls of customers whom `after` stops and `before` did not; a failure is logged and fails no run."""
    stopped = stopped_in(after) - stopped_in(before)
    if not stopped:
        return
    codes = frozenset(Customer.objects.filter(pk__in=stopped).values_list("code", flat=True))
    try:
        log.info("stopped_calls_ended", customers=len(codes), channels=hang_up_calls(client, codes))
    except AmiError as error:
        log.error("stopped_calls_not_ended", customers=len(codes), error=str(error))
