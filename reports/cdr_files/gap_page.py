"""The page of missing call records, by node and start of Asterisk."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from billing.cdrs.records.sequence_gaps import gaps_of_node, nodes_with_records

DAYS = (1, 7, 31)


def cdr_gaps(request: HttpRequest) -> HttpResponse:
    """Show, per node and boot, which sequence numbers have no record."""
    if not request.user.has_perm("billing.view_rejectedrecord"):
        raise PermissionDenied
    asked = request.GET.get("days", "")
    days = next((count for count in DAYS if str(count) == asked), DAYS[0])
    until = timezone.now()
    since = until - timedelta(days=days)
    reports = [report for node in nodes_with_records(since, until) for report in gaps_of_node(node, since, until)]
    return render(request, "reports/cdr_gaps.html", {"reports": reports, "days": days, "choices": DAYS})
