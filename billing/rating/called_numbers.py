"""The called number of a record and its caller's, by the numbering plan; and the endpoint in a channel's name. Pure."""

from functools import lru_cache
from typing import Protocol

from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import AUTOMATIC, number_of_key, read_number, read_received


def number_called(dialled: str, dst: str, plan: NumberingPlan, *, home_area: str = "", is_key: bool = False) -> Number:
    """Return the number that a record is about: `dialled` is the node's reading of it, `dst` what was dialled.

    1. Where the dialplan says what it read the number as (`is_key`), `dialled` is the number's key.
    2. A dialplan of before wrote digits of E.164, or left what was dialled where its rules knew no other form. What
       was left is read again, with the caller's home area; all else is the key, or a code behind the country code.
    3. A plain record has nothing but what was dialled.
    """
    if is_key:
        return number_of_key(dialled, plan)
    if dialled and dialled != dst.removeprefix("+"):
        found = number_of_key(dialled, plan)
        return found if found.is_readable else read_number(f"+{dialled}", plan)
    found = read_number(dst, plan, home_area=home_area)
    return found if found.is_readable or not dialled else number_of_key(dialled, plan)


class StoredNumber(Protocol):
    """What a stored record tells of its called number; the key is empty where it was unreadable, or never kept."""

    @property
    def called_number(self) -> str:
        """Return the key."""

    @property
    def dialled(self) -> str:
        """Return the node's reading."""

    @property
    def dst(self) -> str:
        """Return what was dialled."""


class StoredCaller(Protocol):
    """What a stored record tells of its caller."""

    @property
    def origin(self) -> str | None:
        """Return the digits by which it was priced: empty where there were none, None where they were never kept."""

    @property
    def caller(self) -> str:
        """Return who called, where another number was shown."""

    @property
    def src(self) -> str:
        """Return the number that was shown."""


def key_of_record(record: StoredNumber, plan: NumberingPlan, home_area: str) -> str:
    """Return the key of a stored record's called number: as it was kept, else read now."""
    return record.called_number or number_called(record.dialled, record.dst, plan, home_area=home_area).key


def origin_of_record(record: StoredCaller, own_number: str, plan: NumberingPlan, home_area: str) -> str:
    """Return the origin of a stored record: as it was kept, else read now."""
    if record.origin is not None:
        return record.origin
    return origin_of(record.caller or record.src, own_number, plan, home_area=home_area)


@lru_cache(maxsize=65_536)
def origin_of(caller: str, own_number: str, plan: NumberingPlan, *, home_area: str = "") -> str:
    """Return the E.164 digits of the caller, else of its customer's own number: an extension's `1001` has none."""
    for number in (caller, own_number):
        found = read_received(number, AUTOMATIC, plan, home_area=home_area)
        if found.e164:
            return found.key
    return ""


def endpoint_of(channel: str) -> str:
    """Return the SIP endpoint in a channel's name: `GW_Vivo_SP` of `PJSIP/GW_Vivo_SP-0000002a`."""
    technology, _slash, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology in {"PJSIP", "SIP"} else ""
