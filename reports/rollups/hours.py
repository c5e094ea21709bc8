"""Hours of the installation's clock, as the moments at which they begin; pure."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

HOUR = timedelta(hours=1)


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour of the installation's clock in which `moment` is, in UTC.

    Of an hour that comes twice, in the night when summer time ends, each is one of its own.
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - into
