"""The calls of the last seven days of customers, providers, gateways or routes, out of the roll-ups."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Sum
from django.utils import timezone

from billing.consequences import week_figures
from customers.models import Customer
from reports.models import TrafficHour
from routing.models import Gateway, Provider, Route
from voipadmin.core.pages.entities.consequences import Figure, tells_use_of
from voipadmin.core.viewer import Viewer

COLUMNS: dict[type[models.Model], str] = {
    Customer: "customer_id",
    Provider: "provider_id",
    Gateway: "gateway_id",
    Route: "route_id",
}


@tells_use_of(*COLUMNS)
def _traffic(rows: models.QuerySet[Any], user: Viewer) -> Iterable[Figure]:
    if not user.has_perm("billing.view_cdr"):
        return ()
    since = timezone.now() - timedelta(days=7)
    week = TrafficHour.objects.filter(hour__gte=since, **{f"{COLUMNS[rows.model]}__in": rows.values("pk")})
    found = week.aggregate(calls=Sum("answered"), seconds=Sum("talk_seconds"))
    return week_figures(found["calls"] or 0, int(found["seconds"] or 0))
