"""Reads the live state of a node, by list actions of AMI."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.live.calls import VARIABLES
from asterisk_sync.live.state import LiveChannel, LiveContact, LiveEndpoint, LiveRegistration, LiveState
from billing.rating.called_numbers import endpoint_of

# Channels change by the second. Endpoints and contacts change seldom, and there may be a hundred thousand.
CONTACTS_EVERY_SECONDS = 5.0
# Reading them takes no more than this share of the time.
LARGEST_SHARE = 0.1
ASKED = ",".join(VARIABLES)
# Contacts that are written in a file are in no list: so many endpoints with such contacts are asked for one by one.
STATIC_CONTACTS = 200


class LiveReader:
    """Reads one node over one connection; endpoints and registrations are read every five seconds, or more seldom."""

    def __init__(self, node_id: UUID, client: AmiClient) -> None:
        self._node_id = node_id
        self._client = client
        self._version = str(client.request("CoreSettings").headers.get("AsteriskVersion", ""))
        self._endpoints: tuple[LiveEndpoint, ...] = ()
        self._registrations: tuple[LiveRegistration, ...] = ()
        # Long ago, whatever the clock says.
        self._next_at = float("-inf")

    def read(self) -> LiveState:
        """Return the state of this moment."""
        channels = tuple(_channel(headers) for headers in self._client.list_action("Status", Variables=ASKED))
        began = time.monotonic()
        if began >= self._next_at:
            rows = self._client.list_action("PJSIPShowEndpoints")
            contacts = self._read_contacts(rows)
            self._endpoints = tuple(_endpoint(headers, contacts) for headers in rows)
            self._registrations = self._read_registrations()
            took = time.monotonic() - began
            self._next_at = began + max(CONTACTS_EVERY_SECONDS, took / LARGEST_SHARE)
        return LiveState(
            node_id=self._node_id,
            taken_at=timezone.now(),
            version=self._version,
            channels=channels,
            endpoints=_with_channels(self._endpoints, channels),
            registrations=self._registrations,
        )

    def _read_contacts(self, endpoints: list[dict[str, Any]]) -> dict[str, list[LiveContact]]:
        found: dict[str, list[LiveContact]] = defaultdict(list)
        for headers in self._client.list_action("PJSIPShowContacts"):
            contact = _contact(str(headers.get("Endpoint", "")), headers)
            found[contact.endpoint].append(contact)
        names = [str(row["ObjectName"]) for row in endpoints if row.get("Contacts")]
        for name in [name for name in names if name not in found][:STATIC_CONTACTS]:
            for headers in self._client.list_action("PJSIPShowEndpoint", Endpoint=name):
                if headers.get("Event") == "ContactStatusDetail":
                    found[name].append(_contact(name, headers))
        return found

    def _read_registrations(self) -> tuple[LiveRegistration, ...]:
        rows = self._client.list_action("PJSIPShowRegistrationsOutbound")
        return tuple(
            LiveRegistration(str(row["ObjectName"]), str(row.get("ServerUri", "")), str(row.get("Status", "")))
            for row in rows
            if row.get("ObjectType") == "registration"
        )


def _channel(headers: dict[str, Any]) -> LiveChannel:
    age = str(headers.get("Seconds", ""))
    return LiveChannel(
        name=str(headers.get("Channel", "")),
        linkedid=str(headers.get("Linkedid", "")),
        state=str(headers.get("ChannelStateDesc", "")),
        caller_number=str(headers.get("CallerIDNum", "")),
        connected_number=str(headers.get("ConnectedLineNum", "")),
        extension=str(headers.get("Exten", "")),
        context=str(headers.get("Context", "")),
        application=str(headers.get("Application", "")),
        account_code=str(headers.get("AccountCode", "")),
        seconds=int(age) if age.isdecimal() else 0,
        uniqueid=str(headers.get("Uniqueid", "")),
        codec=_codec(headers),
        bridge=str(headers.get("BridgeID", "")),
        variables={name: value for name, value in headers.get("ChanVariable", {}).items() if value},
    )


def _codec(headers: dict[str, Any]) -> str:
    """Return the codec on the wire: the only native format, else what is read now."""
    native = str(headers.get("Nativeformats", "")).strip("()")
    return str(headers.get("Readformat", "")) if "|" in native else native


def _endpoint(headers: dict[str, Any], contacts: dict[str, list[LiveContact]]) -> LiveEndpoint:
    name = str(headers["ObjectName"])
    return LiveEndpoint(
        name=name, state=str(headers.get("DeviceState", "")), active_channels=0, contacts=tuple(contacts.get(name, ()))
    )


def _with_channels(endpoints: tuple[LiveEndpoint, ...], channels: Iterable[LiveChannel]) -> tuple[LiveEndpoint, ...]:
    """Return the endpoints with how many channels each has; those without any are the same objects."""
    counts = Counter(endpoint_of(channel.name) for channel in channels)
    return tuple(
        replace(endpoint, active_channels=counts[endpoint.name]) if endpoint.name in counts else endpoint
        for endpoint in endpoints
    )


def _contact(endpoint: str, headers: dict[str, Any]) -> LiveContact:
    microseconds = str(headers.get("RoundtripUsec", ""))
    return LiveContact(
        endpoint=endpoint,
        uri=str(headers.get("URI") or headers.get("Uri") or ""),
        status=str(headers.get("Status", "")),
        rtt_milliseconds=int(microseconds) / 1000 if microseconds.isdecimal() else None,
        user_agent=str(headers.get("UserAgent", "")),
    )
