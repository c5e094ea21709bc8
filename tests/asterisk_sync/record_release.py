"""Writes down what this release stores and sends: `python -m tests.asterisk_sync.record_release FILE`.

To be run on throw-away engines (`python -m deploy.trial.engines -- ...`) when a release is made: the next one is tested
with it.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

APPS = ("customers", "routing", "numbering", "asterisk_sync")


def record() -> dict[str, Any]:
    """Return the rows that this release's own code inserts, the message that wakes a worker, and what it calls."""
    from django.apps import apps  # noqa: PLC0415 - models can be imported only when Django is set up

    _write_a_world()
    models = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return {"tables": {model._meta.db_table: _table(model) for model in models}, **_message()}


def _write_a_world() -> None:
    from asterisk_sync.models import Generation, Node, SyncRun  # noqa: PLC0415 - see above
    from tests.factories.asterisk_sync import NodeFactory  # noqa: PLC0415 - see above
    from tests.factories.customers import ExtensionFactory, TrunkAddressFactory  # noqa: PLC0415 - see above
    from tests.factories.numbering import DIDAllocationFactory  # noqa: PLC0415 - see above
    from tests.factories.routing import GatewayFactory, RouteFactory  # noqa: PLC0415 - see above

    node: Node = NodeFactory.create(name="yesterday")
    address, gateway = TrunkAddressFactory.create(), GatewayFactory.create()
    ExtensionFactory.create()
    DIDAllocationFactory.create(customer=address.customer)
    RouteFactory.create(gateways=[gateway], customers=[address.customer])
    generation = Generation.objects.create(node=node, number=1, content_hash="0" * 64)
    SyncRun.objects.create(node=node, wanted_generation=1, generation=generation)


def _table(model: Any) -> dict[str, Any]:
    """Return the columns that the release knows, and the rows as PostgreSQL has them; nothing that was encrypted."""
    from django.db.models.functions import JSONObject  # noqa: PLC0415 - see above

    fields = model._meta.concrete_fields
    secret = {field.column for field in fields if type(field).__name__ == "EncryptedTextField"}
    columns = {field.column: field.attname for field in fields}
    rows = model._base_manager.values_list(JSONObject(**columns), flat=True)
    shown = [{name: "" if name in secret else value for name, value in row.items()} for row in rows]
    return {"columns": sorted(columns), "rows": shown}


def _message() -> dict[str, Any]:
    """Return the message as the broker has it, and the parameters of the task that it is for."""
    from celery import current_app  # noqa: PLC0415 - see above

    from asterisk_sync import tasks  # noqa: PLC0415 - see above
    from asterisk_sync.changes import outbox  # noqa: PLC0415 - see above
    from asterisk_sync.models import Node  # noqa: PLC0415 - see above

    queue = current_app.conf.task_default_queue
    with current_app.connection_for_read() as broker:
        broker.default_channel.queue_declare(queue=queue, durable=True, auto_delete=False)
        broker.default_channel.queue_purge(queue)
        outbox.wake_worker(Node.objects.get().pk)
        message = broker.default_channel.basic_get(queue, no_ack=True)
    return {
        "queue": queue,
        "message": {"headers": message.headers, "body": message.decode()},
        "parameters": [name for name in inspect.signature(tasks.sync_node.run).parameters if name != "task"],
        "tasks": sorted(name for name in current_app.tasks if name.startswith("asterisk_sync.")),
    }


def main() -> None:
    """Record into the file."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    Path(sys.argv[1]).write_text(json.dumps(record(), indent=1, sort_keys=True, default=str) + "\n")


if __name__ == "__main__":
    main()
