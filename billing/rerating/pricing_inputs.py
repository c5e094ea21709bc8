"""What decides prices beside the calls themselves: read once for a job, with a mark that tells whether it changed."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from billing.accounts.call_charges import Payer
from billing.models import Account, Rerating
from billing.models.plan import PriceVersion
from billing.rating.calls import ProviderCost
from customers.models import Customer, Extension
from customers.queries import extension_areas
from routing.models import Gateway, Provider
from voipadmin.core.numbering_plan.queries import PlansByDay, current_plan
from voipadmin.core.numbers.areas import home_area_of

_VERSION, _PROVIDER, _GATEWAY, _ACCOUNT, _CUSTOMER, _EXTENSION = (
    model._meta.db_table for model in (PriceVersion, Provider, Gateway, Account, Customer, Extension)
)
_MARK = f"""
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(' ', 'v', part, version) AS line FROM {_VERSION}
    UNION ALL SELECT concat_ws(' ', 'p', id, cost_per_minute, currency) FROM {_PROVIDER}
    UNION ALL SELECT concat_ws(' ', 'g', id, provider_id) FROM {_GATEWAY}
    UNION ALL SELECT concat_ws(' ', 'a', id, customer_id, plan_id, currency) FROM {_ACCOUNT} WHERE {{mine}}
    UNION ALL SELECT concat_ws(' ', 'c', id, caller_id_number, home_area) FROM {_CUSTOMER} WHERE {{me}}
    UNION ALL SELECT concat_ws(' ', 'e', sip_username, home_area) FROM {_EXTENSION} WHERE home_area <> '' AND {{mine}}
) lines
"""  # noqa: S608 - names of our own tables


def mark_of_prices(job: Rerating) -> str:
    """Return a hash of all that prices the job's calls; it differs once a price, or what assigns it, has changed."""
    one = {"mine": "customer_id = %(one)s", "me": "id = %(one)s"}
    sql = _MARK.format(**(one if job.customer_id else {"mine": "true", "me": "true"}))
    with connection.cursor() as cursor:
        cursor.execute(sql, {"one": job.customer_id})
        return str(cursor.fetchone()[0] or "")


@dataclass(frozen=True, slots=True)
class PayingCustomer:
    """A customer's plan, the number that it calls from, its home area, and the account that pays."""

    plan_id: UUID | None = None
    number: str = ""
    home_area: str = ""
    payer: Payer | None = None


UNKNOWN_CUSTOMER = PayingCustomer()


@dataclass(frozen=True, slots=True)
class PricingInputs:
    """The numbering plans, all customers as far as they decide prices, the cost of all gateways, areas of extensions.

    Plan, numbers and areas are for records of before, which do not tell what was read of them.
    """

    plans: PlansByDay
    customers: dict[UUID, PayingCustomer]
    gateways: dict[UUID, ProviderCost]
    # Of extensions that have one of their own, by SIP user name.
    areas: dict[str, str]


def read_pricing_inputs() -> PricingInputs:
    """Return the pricing inputs as the database has them now."""
    numbering = current_plan()
    fields = ("pk", "caller_id_number", "home_area", "account", "account__plan", "account__currency")
    customers = {
        key: PayingCustomer(
            plan,
            number,
            home_area_of(numbering, customer_area=area, main_number=number),
            Payer(account, currency) if account else None,
        )
        for key, number, area, account, plan, currency in Customer.objects.values_list(*fields)
    }
    costs = Gateway.objects.values_list("pk", "provider__cost_per_minute", "provider__currency", "provider")
    gateways = {key: ProviderCost(cost, currency, provider) for key, cost, currency, provider in costs}
    return PricingInputs(PlansByDay(), customers, gateways, extension_areas())
