"""A change of the numbering plan reaches every node: when it is saved, and on the day of which it tells."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from asterisk_sync.changes.plan_days import announce_plan_days
from asterisk_sync.models import Node, OutboxEntry
from tests.factories.asterisk_sync import NodeFactory
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode

pytestmark = pytest.mark.django_db


def changes() -> list[tuple[str, str, str]]:
    rows = OutboxEntry.objects.order_by("node__name", "created_at").values_list("node__name", "object_name", "action")
    return [(str(node), str(name), str(action)) for node, name, action in rows]


@pytest.fixture
def nodes() -> list[Node]:
    made = [NodeFactory.create(name=name) for name in ("pbx-1", "pbx-2")]
    OutboxEntry.objects.all().delete()
    return made


@pytest.mark.parametrize(
    "row",
    [DialingRule(pattern="_9X.", strip_digits=1), ServiceCode(pattern="1500"), PlanRange(pattern="_118XXXXXXXX")],
    ids=lambda row: type(row).__name__,
)
def test_a_row_that_is_saved_or_deleted_reaches_every_node(
    nodes: list[Node], row: DialingRule | ServiceCode | PlanRange
) -> None:
    row.save()
    assert changes() == [("pbx-1", row.pattern, "created"), ("pbx-2", row.pattern, "created")]
    row.name = "Another"
    row.save()
    assert len(changes()) == 2, "its name is in no file"
    row.valid_from = date(2027, 1, 1)
    row.save()
    row.delete()
    assert [action for _node, _name, action in changes()] == ["created", "changed", "deleted"] * 2


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def test_on_the_day_of_a_row_every_node_that_had_no_change_since_gets_one(nodes: list[Node]) -> None:
    today = timezone.localdate()
    PlanRange.objects.create(pattern="_118XXXXXXXX", valid_from=today + timedelta(days=3))
    OutboxEntry.objects.all().delete()
    announce_plan_days(noon(today + timedelta(days=2)))
    assert changes() == []
    announce_plan_days(noon(today + timedelta(days=3)))
    assert changes() == [("pbx-1", "_118XXXXXXXX", "changed"), ("pbx-2", "_118XXXXXXXX", "changed")]


def test_a_node_that_was_changed_on_that_day_has_followed_already(nodes: list[Node]) -> None:
    today = timezone.localdate()
    PlanRange.objects.create(pattern="_118XXXXXXXX", valid_from=today - timedelta(days=9), valid_until=today)
    OutboxEntry.objects.filter(node__name="pbx-2").delete()
    announce_plan_days()
    assert changes() == [("pbx-1", "_118XXXXXXXX", "created"), ("pbx-2", "_118XXXXXXXX", "changed")]
    announce_plan_days()
    assert len(changes()) == 2
