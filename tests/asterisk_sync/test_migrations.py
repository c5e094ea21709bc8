"""An upgrade keeps what earlier releases wrote."""

import base64
import json
import zlib
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from asterisk_sync.generations import store
from asterisk_sync.models import Generation, GenerationStatus, Node

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def before_contents_of_files() -> Iterator[MigrationExecutor]:
    """The database as it was when each generation kept its whole text."""
    executor = MigrationExecutor(connection)
    executor.migrate([("asterisk_sync", "0003_staged_held_and_placed")])
    yield executor
    executor.loader.build_graph()
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_the_text_of_earlier_generations_is_still_there(before_contents_of_files: MigrationExecutor) -> None:
    executor = before_contents_of_files
    files = {"pjsip_gateways.conf": "; text\n", "extensions_dids.conf": "; other\n"}
    apps = executor.loader.project_state([("asterisk_sync", "0003_staged_held_and_placed")]).apps
    old_node = apps.get_model("asterisk_sync", "Node").objects.create(name="old")
    make = apps.get_model("asterisk_sync", "Generation").objects.create
    accepted = make(
        node=old_node, number=1, files=store.describe(files), content_hash="x", accepted_at=old_node.created_at
    )
    refused = make(node=old_node, number=2, content_hash="y")
    packed = base64.b64encode(zlib.compress(json.dumps(files).encode())).decode()
    apps.get_model("asterisk_sync", "GenerationContent").objects.create(generation=accepted, packed=packed)
    executor.loader.build_graph()
    # All the way up: the models of today read columns that later migrations add.
    executor.migrate(executor.loader.graph.leaf_nodes())
    node = Node.objects.get(pk=old_node.pk)
    assert store.last_good(node).files == files
    assert Generation.objects.get(pk=refused.pk).status == GenerationStatus.REFUSED
