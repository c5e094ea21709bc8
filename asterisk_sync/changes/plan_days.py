"""Days on which the numbering plan changes by itself: every node gets a new generation then."""

from datetime import datetime, time

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from asterisk_sync.changes.outbox import ObjectChange, record_changes
from asterisk_sync.models import Node, OutboxEntry
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode
from voipadmin.core.numbering_plan.queries import plan_tables


def announce_plan_days(now: datetime | None = None) -> None:
    """Record a change for each node that had none since the last day on which a row of the plan began or ended.

    A node with a change since then was, or will be, rendered by the plan of now.
    """
    today = timezone.localdate(now)
    days = [day for day in plan_tables(settings.DEFAULT_COUNTRY).days_of_change() if day <= today]
    if not days:
        return
    since = timezone.make_aware(datetime.combine(days[-1], time.min))
    latest = OutboxEntry.objects.filter(node=OuterRef("pk")).order_by("-generation").values("created_at")[:1]
    enabled = Node.objects.filter(enabled=True).annotate(changed_at=Subquery(latest))
    behind = enabled.filter(Q(changed_at__isnull=True) | Q(changed_at__lt=since))
    nodes = frozenset(behind.values_list("pk", flat=True))
    if nodes:
        begins_or_ends = Q(valid_from=days[-1]) | Q(valid_until=days[-1])
        rows = [row for model in (DialingRule, ServiceCode, PlanRange) for row in model.objects.filter(begins_or_ends)]
        record_changes([ObjectChange.of(row, "changed") for row in rows], nodes)
