"""The alarms of billing."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from billing.stop_reasons import reason_in_words
from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _rejected_records(_alarm: Alarm) -> str:
    return reverse("billing:rejectedrecord_list")


def _tariffs(_alarm: Alarm) -> str:
    return reverse("billing:tariff_list")


TARIFFS_FOR_CODES = declare(
    AlarmKind(
        "tariffs_for_codes",
        gettext_lazy(
            "Codes such as 190 and 0800 are priced by tariffs for codes alone since this release. Read anew:"
            " %(changed)d prefixes are for codes now, %(unclear)d could mean both, %(useless)d match nothing."
            " what_tariffs_match lists them."
        ),
        "badge-dollar-sign",
        is_severe=False,
        address=_tariffs,
        name=gettext_lazy("Tariffs of codes to be looked at"),
        advice=gettext_lazy(
            "Read the tariffs for codes again and correct those that are meant otherwise; then close the alarm."
        ),
    )
)


def _rate_plans(_alarm: Alarm) -> str:
    return reverse("billing:rateplan_list")


CODES_WITHOUT_PRICE = declare(
    AlarmKind(
        "codes_without_price",
        gettext_lazy(
            "Customers can dial codes that nothing prices, so these calls are refused: %(codes)s (rate plan:"
            " “%(plan)s”, %(found)d kinds of codes). Add tariffs for codes, or bar the codes in the numbering plan."
        ),
        "badge-dollar-sign",
        is_severe=False,
        address=_rate_plans,
        name=gettext_lazy("Codes without a price"),
        advice=gettext_lazy("Add tariffs for the codes that the alarm names, or bar them in the numbering plan."),
    )
)


def _calls(_alarm: Alarm) -> str:
    return reverse("billing:cdr_list")


CALLS_WITHOUT_PRICE = declare(
    AlarmKind(
        "calls_without_price",
        ngettext_lazy(
            "%(found)d call of the last day by tariff %(name)s came to nothing though the tariff is not free:"
            " to %(number)s, of %(customer)s.",
            "%(found)d calls of the last day by tariff %(name)s came to nothing though the tariff is not free,"
            " such as to %(number)s, of %(customer)s.",
            "found",
        ),
        "badge-dollar-sign",
        address=_calls,
        name=gettext_lazy("Calls without a price"),
        advice=gettext_lazy(
            "Look at the tariff and at one of the calls: its page says how the price came about. Re-rate the period"
            " once the tariff is right."
        ),
    )
)
CALLS_WITHOUT_COST = declare(
    AlarmKind(
        "calls_without_cost",
        ngettext_lazy(
            "%(found)d call of the last day cost nothing with %(name)s, which has prices: to %(number)s, of"
            " %(customer)s.",
            "%(found)d calls of the last day cost nothing with %(name)s, which has prices, such as to %(number)s, of"
            " %(customer)s.",
            "found",
        ),
        "badge-dollar-sign",
        address=_calls,
        name=gettext_lazy("Calls without a cost"),
        advice=gettext_lazy("Look whether the provider’s deck has the destination; then re-rate the period."),
    )
)
CALLS_BELOW_COST = declare(
    AlarmKind(
        "calls_below_cost",
        ngettext_lazy(
            "%(found)d call of the last day by tariff %(name)s was sold below cost: to %(number)s, of %(customer)s.",
            "%(found)d calls of the last day by tariff %(name)s were sold below cost, such as to %(number)s, of"
            " %(customer)s.",
            "found",
        ),
        "badge-dollar-sign",
        address=_calls,
        name=gettext_lazy("Price below cost"),
        advice=gettext_lazy(
            "Raise the price, send the destination by a cheaper gateway, or lower the cost with the provider. Calls"
            " that were priced wrongly are re-rated."
        ),
    )
)
LEDGER_DIFFERS = declare(
    AlarmKind(
        "ledger_differs",
        ngettext_lazy(
            "Last night’s audit of the ledger found %(found)d difference. The log names it; audit_ledger looks again.",
            "Last night’s audit of the ledger found %(found)d differences. The log names them; audit_ledger looks"
            " again.",
            "found",
        ),
        "scale",
        name=gettext_lazy("Ledger differs from its calls"),
        advice=gettext_lazy("Read the log of last night’s audit before anybody corrects a balance."),
    )
)


def _deck(alarm: Alarm) -> str:
    return reverse("billing:deck_detail", args=[alarm.subject])


def _rerating(alarm: Alarm) -> str:
    return reverse("billing:rerating_detail", args=[alarm.subject])


DECK_STOPPED = declare(
    AlarmKind(
        "deck_stopped",
        gettext_lazy(
            "The deck %(job)s is not read: three workers began and none finished. Their log says why; then press “Read"
            " again”."
        ),
        "file-spreadsheet",
        is_severe=False,
        address=_deck,
        name=gettext_lazy("Deck is not read"),
        advice=gettext_lazy("Read the workers’ log, then press “Read again” on the deck’s page."),
    )
)
RERATING_STOPPED = declare(
    AlarmKind(
        "rerating_stopped",
        gettext_lazy(
            "The re-rating %(job)s is not finished: three workers began and none finished. Their log says why; then"
            " press “Compute again” or “Go on”."
        ),
        "badge-dollar-sign",
        is_severe=False,
        address=_rerating,
        name=gettext_lazy("Re-rating is not finished"),
        advice=gettext_lazy("Read the workers’ log, then go on with the re-rating on its page."),
    )
)
REJECTED_RECORDS = declare(
    AlarmKind(
        "rejected_records",
        ngettext_lazy(
            "%(found)d call record could not be read and is kept aside.",
            "%(found)d call records could not be read and are kept aside.",
            "found",
        ),
        "triangle-alert",
        is_severe=False,
        address=_rejected_records,
        name=gettext_lazy("Call records that could not be read"),
        advice=gettext_lazy("Look at the reason on the record’s page; a record can be imported again."),
    )
)


def _account(alarm: Alarm) -> str:
    return reverse("billing:account_detail", args=[alarm.subject])


def _reason(details: Mapping[str, Any]) -> Mapping[str, str]:
    return {"reason": reason_in_words(details["reason"])}


ACCOUNT_STOPPED = declare(
    AlarmKind(
        "account_stopped",
        gettext_lazy("The calls of %(customer)s were stopped: %(reason)s"),
        "octagon-x",
        address=_account,
        name=gettext_lazy("Account stopped"),
        advice=gettext_lazy(
            "Look at its calls. Where they are the customer’s own, lift the stop on the account’s page."
        ),
        reading=_reason,
    )
)
