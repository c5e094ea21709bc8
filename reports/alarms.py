"""The alarms of traffic."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm
from voipadmin.core.text.decimals import decimals_of, format_money


def _quality(alarm: Alarm) -> str:
    query = f"?gateway={alarm.subject}" if alarm.subject else ""
    return reverse("reports:quality") + query


def _customer(alarm: Alarm) -> str:
    return reverse("customers:customer_detail", args=[alarm.subject.partition(":")[0]])


def _with_currency(details: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the amounts with their currency; "?", where nothing is usual yet, stays as it is."""
    currency = details["currency"]
    amounts = {name: details[name] for name in ("spent", "usual", "cap") if details[name] != "?"}
    return {name: format_money(Decimal(amount), currency, decimals_of(currency)) for name, amount in amounts.items()}


ANSWER_RATIO_DROPPED = declare(
    AlarmKind(
        "answer_ratio_dropped",
        _(
            "The answer ratio of %(name)s dropped to %(now)s %% in the hour of %(hour)s; usual at that hour are"
            " %(usual)s %% (%(calls)d attempts)."
        ),
        "trending-down",
        address=_quality,
        name=_("Answer ratio (ASR) dropped"),
        advice=_(
            "Look at the causes in the quality report. Take the gateway out of its routes while the carrier mends it."
        ),
    )
)
CALL_LENGTH_DROPPED = declare(
    AlarmKind(
        "call_length_dropped",
        _(
            "Calls by %(name)s last %(now)s s on average in the hour of %(hour)s; usual at that hour are %(usual)s s"
            " (%(calls)d answered)."
        ),
        "trending-down",
        address=_quality,
        name=_("Call length (ACD) dropped"),
        advice=_("Listen to some calls: one-way audio and false answers make them short. Ask the carrier."),
    )
)
SPEND_VELOCITY = declare(
    AlarmKind(
        "spend_velocity",
        _(
            "%(name)s spent %(spent)s in the hour of %(hour)s; usual at that hour are %(usual)s, its cap"
            " for an hour is %(cap)s."
        ),
        "flame",
        address=_customer,
        name=_("Spend velocity"),
        advice=_(
            "Look at the customer’s calls: many to destinations abroad at night are fraud until shown otherwise."
            " Suspend the customer where they are."
        ),
        reading=_with_currency,
    )
)
