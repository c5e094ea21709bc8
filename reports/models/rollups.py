"""Roll-ups of call records by hour, and which hours have to be counted again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class UncountedQuarter(models.Model):
    """A quarter of an hour in which records ended that came or changed since their hour was counted.

    A trigger of the table of call records writes them, in the transaction that writes the records; the count deletes
    them. There may be several of one quarter: no writer waits for another.
    """

    id = models.BigAutoField(primary_key=True)
    quarter = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.quarter:%Y-%m-%d %H:%M}"


def _amount() -> models.DecimalField[str, str]:
    return models.DecimalField(max_digits=24, decimal_places=6)


class TrafficSum(models.Model):
    """What a number of records comes to.

    `records` are all; `calls` the final records; `attempts` those with a destination, and final ones. `answered` are
    attempts, `answered_calls` calls. `delay_steps` and `delay_counts` say how often a post-dial delay was of which
    step (`reports.rollups.delays`), side by side.
    """

    records = models.IntegerField()
    calls = models.IntegerField()
    answered_calls = models.IntegerField()
    attempts = models.IntegerField()
    answered = models.IntegerField()
    effective = models.IntegerField()
    short = models.IntegerField()
    unrated = models.IntegerField()
    losses = models.IntegerField()
    talk_seconds = _amount()
    billed_seconds = models.BigIntegerField()
    price = _amount()
    cost = _amount()
    margin = _amount()
    price_with_margin = _amount()
    lost = _amount()
    delay_steps = ArrayField(models.SmallIntegerField(), null=True)
    delay_counts = ArrayField(models.IntegerField(), null=True)

    class Meta:
        abstract = True


class TrafficHour(TrafficSum):
    """The records that ended in an hour of the installation's clock and agree in all of `DIMENSIONS`, summed up.

    Objects are named by their keys alone: a roll-up outlives what it names, and the records of its month.
    """

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField(db_index=True)
    direction = models.CharField(max_length=8)
    customer_id = models.UUIDField(null=True)
    provider_id = models.UUIDField(null=True)
    gateway_id = models.UUIDField(null=True)
    route_id = models.UUIDField(null=True)
    tariff_id = models.UUIDField(null=True)
    prefix = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    from_abroad = models.BooleanField()
    cause = models.SmallIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M} {self.direction}"


class SummedDay(models.Model):
    """A day of the installation's clock, before today, whose sums by cut are those of its roll-ups by hour.

    It is deleted when one of its hours is counted again; reports read the hours until the day is summed up anew.
    """

    day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class TrafficDay(TrafficSum):
    """The roll-ups of a day summed up by one column, `cut`, whose value is `key` as text; nothing for an unknown one.

    A month of them is read in the time in which its roll-ups by hour would only begin.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    cut = models.CharField(max_length=12)
    key = models.CharField(max_length=60, blank=True)
    direction = models.CharField(max_length=8)
    currency = models.CharField(max_length=3, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        indexes = [models.Index(fields=["cut", "day"], name="traffic_day_by_cut")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.cut} {self.key}"
