"""Failed log-ins of pages, admin and API, as django-axes keeps them, and how long the next one has to wait.

1. A device on which the user has logged in before counts for itself: nobody else can make it wait.
2. Any other log-in waits for the longest of three: failures of this name from this address, of this name from
   anywhere, of any name from this address.
3. Where the user logged in from this address during the last 30 days, failures from elsewhere do not count.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_user_agent, get_client_username
from axes.models import AccessAttempt, AccessLog
from axes.signals import user_locked_out
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max, Q, Sum
from django.http import HttpRequest

from voipadmin.core.validators import validate_username
from voipadmin.users.log_in.delays import NO_WAIT, Delays, Failures
from voipadmin.users.log_in.known_devices import known_device

# No user has such a name: the validator of user names refuses the brackets.
NO_NAME = "(no name)"
CODE_SUFFIX = " (code)"
# In the column of the user agent, which axes counts by: a browser cannot send one that begins with KNOWN.
KNOWN, UNKNOWN = "device ", "unknown device: "
ADDRESS_KNOWN_FOR = timedelta(days=30)

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FREE = settings.LOGIN_FREE_FAILURES
ONE_SOURCE = Delays(free=FREE, first=30 * SECOND, step=1, longest=HOUR)
# Anybody can bring these about, so they stay short: 60 seconds leave 1,440 guesses a day to all addresses together.
ACCOUNT = Delays(free=4 * FREE, first=5 * SECOND, step=5, longest=MINUTE)
ADDRESS = Delays(free=6 * FREE, first=5 * SECOND, step=5, longest=5 * MINUTE)
# Only who has the password can bring these about, and six digits are few: 24 guesses a day.
ACCOUNT_CODES = Delays(free=2 * FREE, first=MINUTE, step=2, longest=HOUR)


@dataclass(frozen=True)
class Counted:
    """Failures of the last hours by what they have in common with a log-in."""

    same_device: Failures
    same_name_and_address: Failures
    same_name: Failures
    same_address: Failures


class DelayingHandler(AxesDatabaseHandler):
    """Counts failures with django-axes, and delays the next log-in instead of locking the name."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Tell whether the log-in has to wait; `request.login_wait_seconds` says for how long."""
        name = get_client_username(request, credentials)
        _tell_device(request, name)
        wait = _remaining(request, name)
        vars(request)["login_wait_seconds"] = ceil(wait.total_seconds())
        return wait > NO_WAIT

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count the failure, unless the log-in was not even looked at, and note the delay that it brings about."""
        if request is None:
            return
        state: Any = request
        _tell_device(request, get_client_username(request, credentials))
        super().user_login_failed(sender, credentials, request, **kwargs)
        if not state.axes_locked_out and self.is_locked(request, credentials):
            state.axes_locked_out, state.axes_credentials, state.delay_begins = True, credentials, True
            user_locked_out.send("axes", request=request, username="", ip_address=state.axes_ip_address)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Note the log-in, and forget the failures of the same device, or else of the same name and address."""
        state: Any = request
        state.axes_user_agent = get_client_user_agent(request)
        super().user_logged_in(sender, request, user, **kwargs)
        names = [user.username.lower(), user.username.lower() + CODE_SUFFIX]
        device = known_device(request, user.username)
        here = Q(ip_address=state.axes_ip_address) & ~Q(user_agent__startswith=KNOWN)
        source = Q(user_agent=KNOWN + device) if device else here
        AccessAttempt.objects.filter(source, username__in=names).delete()


def counted_name(_request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name that failures are counted by; what cannot be a user's name is counted together.

    Wrong codes have a count of their own beside the name.
    """
    values = credentials or {}
    name = str(values.get("username") or "").lower()
    try:
        validate_username(name)
    except ValidationError:
        return NO_NAME
    return name + CODE_SUFFIX if values.get("second_factor") else name


def counted_address(request: HttpRequest) -> str | None:
    """Return the client's address; of IPv6 the network of 64 bits, which is what one subscriber has."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.IPv6Address(address.packed[:8] + bytes(8)))
    return str(address)


def _tell_device(request: Any, counted: str) -> None:
    """Put into axes' column of the user agent whether the device is known to the user."""
    device = known_device(request, counted.removesuffix(CODE_SUFFIX))
    agent = KNOWN + device if device else UNKNOWN + get_client_user_agent(request)
    request.axes_user_agent = agent[:255]


def _remaining(request: Any, name: str) -> timedelta:
    counted, now = _count(request, name), request.axes_attempt_time
    if request.axes_user_agent.startswith(KNOWN):
        return ONE_SOURCE.remaining(counted.same_device, now)
    of_account = ACCOUNT_CODES if name.endswith(CODE_SUFFIX) else ACCOUNT
    account_wait = of_account.remaining(counted.same_name, now)
    if account_wait and _knows_address(request, name):
        account_wait = NO_WAIT
    return max(
        account_wait,
        ONE_SOURCE.remaining(counted.same_name_and_address, now),
        ADDRESS.remaining(counted.same_address, now),
    )


def _count(request: Any, name: str) -> Counted:
    """Count all four in one question; known devices are no part of what others have to wait for."""
    unknown = ~Q(user_agent__startswith=KNOWN)
    same_name, same_address = Q(username=name), Q(ip_address=request.axes_ip_address)
    if request.axes_ip_address is None:
        same_address = Q(ip_address__isnull=True)
    conditions = {
        "same_device": same_name & Q(user_agent=request.axes_user_agent),
        "same_name_and_address": unknown & same_name & same_address,
        "same_name": unknown & same_name,
        "same_address": unknown & same_address,
    }
    sums: dict[str, Any] = {}
    for key, condition in conditions.items():
        sums[key] = Sum("failures_since_start", filter=condition, default=0)
        sums[f"{key}_latest"] = Max("attempt_time", filter=condition)
    remembered = AccessAttempt.objects.filter(
        same_name | same_address,
        attempt_time__gt=request.axes_attempt_time - timedelta(hours=settings.AXES_COOLOFF_TIME),
    )
    found = remembered.aggregate(**sums)
    return Counted(**{key: Failures(found[key], found[f"{key}_latest"]) for key in conditions})


def _knows_address(request: Any, name: str) -> bool:
    since = request.axes_attempt_time - ADDRESS_KNOWN_FOR
    logged_in = AccessLog.objects.filter(
        username__iexact=name.removesuffix(CODE_SUFFIX), ip_address=request.axes_ip_address, attempt_time__gte=since
    )
    return request.axes_ip_address is not None and logged_in.exists()


@contextmanager
def one_at_a_time(username: str) -> Iterator[None]:
    """Let guesses of one name wait for one another: sent all at once, none would find the others counted.

    What counts a failure must not raise inside, or the count is rolled back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"users.log_in:{username.lower()}"])
        yield
