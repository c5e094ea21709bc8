"""One release apart: what the release before inserts, reads and sends still works, and what this one sends works there.

`previous_release.json` was recorded by that release's own code; see record_release.py.
"""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction

from asterisk_sync import tasks
from asterisk_sync.changes import outbox
from asterisk_sync.changes.outbox import PROTOCOL, PROTOCOL_HEADER
from asterisk_sync.models import Node
from asterisk_sync.snapshot.loader import load_snapshot
from tests.asterisk_sync.messages import arrive, messages
from tests.factories.asterisk_sync import NodeFactory

pytestmark = pytest.mark.django_db(transaction=True)

PREVIOUS: dict[str, Any] = json.loads((Path(__file__).parent / "previous_release.json").read_text())
TABLES: dict[str, dict[str, Any]] = PREVIOUS["tables"]


def insert(table: str, row: dict[str, Any]) -> None:
    """Insert a row, naming only the columns that the release before knows."""
    names = ", ".join(f'"{name}"' for name in row)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM json_populate_record(NULL::"{table}", %s::json)',  # noqa: S608 - names of our own tables
            [json.dumps(row)],
        )


@pytest.fixture
def yesterdays_rows() -> None:
    # In one transaction: what a row refers to may come after it.
    with transaction.atomic():
        for table, recorded in TABLES.items():
            for row in recorded["rows"]:
                insert(table, row)


def test_the_record_is_of_every_table_that_the_pipeline_reads() -> None:
    filled = {name for name, table in TABLES.items() if table["rows"]}
    wanted = {"customers_customer", "customers_extension", "customers_trunkaddress", "routing_gateway", "routing_route"}
    wanted |= {"routing_routegateway", "routing_route_customers", "numbering_did", "numbering_didallocation"}
    assert wanted | {"asterisk_sync_node", "asterisk_sync_outboxentry", "asterisk_sync_syncrun"} <= filled


def test_what_the_release_before_inserts_is_taken_and_rendered(yesterdays_rows: None) -> None:
    node = Node.objects.get(name="yesterday")
    assert load_snapshot(node).counts() == {
        name: len(TABLES[table]["rows"])
        for name, table in {
            "customers": "customers_customer",
            "trunk_addresses": "customers_trunkaddress",
            "extensions": "customers_extension",
            "gateways": "routing_gateway",
            "routes": "routing_route",
            "dids": "numbering_did",
        }.items()
    }
    assert node.outbox.count() == len(TABLES["asterisk_sync_outboxentry"]["rows"])
    assert [run.generation for run in node.runs.all()] == list(node.generations.all())


@pytest.mark.parametrize("table", TABLES)
def test_the_release_before_finds_every_column_that_it_reads(table: str) -> None:
    names = ", ".join(f'"{name}"' for name in TABLES[table]["columns"])
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}"')  # noqa: S608 - names of our own tables


def test_a_message_of_the_release_before_is_served(yesterdays_rows: None, ran: list[str]) -> None:
    (args, keywords, _embedded), headers = PREVIOUS["message"]["body"], PREVIOUS["message"]["headers"]
    arrive(current_app.tasks[headers["task"]], PREVIOUS["queue"], *args, **keywords)
    assert ran == [str(Node.objects.get(name="yesterday").pk)]


def test_the_release_before_can_be_called_with_a_message_of_today(empty_queues: None) -> None:
    node = NodeFactory.create(name="a")
    messages(PREVIOUS["queue"])
    assert outbox.wake_worker(node.pk)
    (message,) = messages(PREVIOUS["queue"])
    args, keywords, _embedded = message.decode()
    assert message.headers["task"] in PREVIOUS["tasks"]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    yesterday = inspect.Signature([inspect.Parameter(name, kind) for name in PREVIOUS["parameters"]])
    assert yesterday.bind(*args, **keywords).arguments == {"node_id": str(node.pk)}
    assert message.headers[PROTOCOL_HEADER] == PROTOCOL
    unknown = set(message.headers) - set(PREVIOUS["message"]["headers"])
    assert unknown == {PROTOCOL_HEADER}, "the release before ignores one header more"


def test_a_message_of_a_later_release_is_served_by_its_node(ran: list[str]) -> None:
    node = NodeFactory.create(name="a")
    arrive(tasks.sync_node, "node.a", str(node.pk), protocol=PROTOCOL + 1, why="a reason", only=["x"])
    assert ran == [str(node.pk)]
