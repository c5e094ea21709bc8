"""`manage.py what_tariffs_match`: how the upgrade read prefixes, which can mean several things, what has no price."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from billing.alarms import TARIFFS_FOR_CODES
from billing.models import Tariff, TariffMatches
from billing.plans.unpriced_codes import unpriced_codes_by_plan, unpriced_codes_of_customer
from billing.rating.pattern_readings import readings
from billing.rating.pattern_words import readings_in_words
from billing.rating.unpriced_codes import UnpricedCode
from customers.models import Customer
from voipadmin.core.alarms.services import close_alarm
from voipadmin.core.models import Alarm
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.labels import KIND_LABELS

MEANINGS = {
    "changed": "for codes from now on",
    "unclear": "for numbers, as written, although they could be meant otherwise: look whether that is meant",
    "useless": "for numbers, and no number begins so: write it anew or delete it",
}


class Command(BaseCommand):
    """Print each prefix or pattern once for tariffs and once for buy rates, with what it was read as."""

    help = (
        "List the prefixes of tariffs and buy rates that the upgrade read as codes of the country, or doubts, tariffs"
        " that could be meant otherwise, and codes that customers can dial and nothing prices."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--customer", metavar="CODE", help="the codes without a price of this customer alone")
        parser.add_argument("--seen", action="store_true", help="close the alarm: somebody has looked at all of them")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List what was kept, and what is so now."""
        if options["customer"]:
            self._list_codes_of(options["customer"])
            return
        self._list_upgrade(close=options["seen"])
        self._list_unclear()
        for found in unpriced_codes_by_plan(timezone.now()):
            self._list_codes(str(found.plan or "without a rate plan"), found.codes)

    def _list_upgrade(self, *, close: bool) -> None:
        alarm = Alarm.objects.filter(kind=TARIFFS_FOR_CODES.code).first()
        if alarm is None:
            self.stdout.write("Every prefix was for numbers.")
            return
        for kind, meaning in MEANINGS.items():
            rows = alarm.details["rows"].get(kind, [])
            self.stdout.write(f"{alarm.details[kind]} {meaning}{':' if rows else '.'}")
            for model, pattern, read_as in rows:
                self.stdout.write(f"  {model:<8} {pattern}" + (f" -> {read_as}" if read_as != pattern else ""))
        if close:
            close_alarm(alarm)

    def _list_unclear(self) -> None:
        """List the tariffs for numbers whose pattern could be meant otherwise."""
        plan = current_plan()
        in_force = Tariff.objects.filter(Q(effective_until=None) | Q(effective_until__gt=timezone.now()))
        patterns = in_force.filter(matches=TariffMatches.NUMBER).order_by("pattern").values_list("pattern", flat=True)
        unclear = [pattern for pattern in patterns.distinct() if len(readings(pattern, plan)) > 1]
        self.stdout.write(f"{len(unclear)} tariffs for numbers could be meant otherwise{':' if unclear else '.'}")
        for pattern in unclear:
            self.stdout.write(f"  {pattern}: {readings_in_words(pattern, plan)}")

    def _list_codes_of(self, code: str) -> None:
        customer = Customer.objects.filter(code__iexact=code).first()
        if customer is None:
            raise CommandError(f"There is no customer {code}.")
        self._list_codes(customer.code, unpriced_codes_of_customer(customer, timezone.now()))

    def _list_codes(self, whose: str, codes: list[UnpricedCode]) -> None:
        end = ":" if codes else "."
        self.stdout.write(f"{whose}: {len(codes)} kinds of codes can be dialled and have no price{end}")
        for code in codes:
            self.stdout.write(f"  {code.dialled:<14} {KIND_LABELS[code.example.kind]}, such as {code.example.display}")
