"""Jobs as people make them."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from billing.models import Account, Rerating, Tariff
from billing.rerating.preview import make_preview
from billing.rerating.services import approve_rerating, start_rerating
from billing.rerating.writing import write_job
from customers.models import Customer

NOW = timezone.now()


def previewed(customer: Customer | None = None) -> Rerating:
    job = start_rerating(
        started_from=NOW - timedelta(days=1),
        started_before=NOW + timedelta(days=1),
        reason="New prices",
        actor="ana",
        customer=customer,
    )
    assert make_preview(job)
    job.refresh_from_db()
    return job


def written(job: Rerating) -> Rerating:
    write_job(approve_rerating(rerating=job, actor="rui"))
    job.refresh_from_db()
    return job


def change_price(tariff: Tariff, price: str) -> None:
    tariff.price_per_minute = Decimal(price)
    tariff.save()


def balance(customer: Customer) -> Decimal:
    return Account.objects.get(customer=customer).balance
