"""Rows that were read before are read again after any write, however it was made, and after none."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from asterisk_sync.changes.placement import place_object
from asterisk_sync.models import Node, Placement
from asterisk_sync.snapshot import loader
from asterisk_sync.snapshot.loader import load_snapshot
from asterisk_sync.snapshot.values import Snapshot
from customers.models import Customer, Extension, TrunkAddress
from customers.models.extension import generate_sip_username
from numbering.models import DID, DestinationType, DIDAllocation
from routing.models import Gateway
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15, pytest.mark.slow(seconds=4)]

STEPS = 60


@pytest.fixture
def node() -> Node:
    return NodeFactory.create()


def afresh(node: Node) -> Snapshot:
    """Return the snapshot as a process with empty caches reads it."""
    kept, loader._caches = loader._caches, loader.SnapshotCaches()
    try:
        return load_snapshot(node)
    finally:
        loader._caches = kept


def tables_read(node: Node) -> str:
    with CaptureQueriesContext(connection) as captured:
        load_snapshot(node)
    return " ".join(query["sql"] for query in captured if "bit_xor" not in query["sql"])


def test_what_nobody_wrote_to_is_not_read_again(node: Node) -> None:
    DIDAllocationFactory.create()
    ExtensionFactory.create()
    assert Extension._meta.db_table in tables_read(node)
    second = tables_read(node)
    assert Extension._meta.db_table not in second
    assert DID._meta.db_table not in second


def test_an_extension_more_is_no_reason_to_read_the_numbers(node: Node) -> None:
    DIDAllocationFactory.create()
    company = ExtensionFactory.create().customer
    load_snapshot(node)
    ExtensionFactory.create(customer=company)
    read = tables_read(node)
    assert Extension._meta.db_table in read
    assert DID._meta.db_table not in read


def test_another_name_of_an_extension_that_a_number_rings_is_in_its_line(node: Node) -> None:
    extension = ExtensionFactory.create()
    DIDAllocationFactory.create(
        customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
    )
    load_snapshot(node)
    name = generate_sip_username()
    Extension.objects.filter(pk=extension.pk).update(sip_username=name)
    assert load_snapshot(node).dids[0].extension == name


@pytest.mark.parametrize("seed", range(4))
def test_after_any_writes_it_is_what_a_fresh_reader_sees(node: Node, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, hides nothing
    for write in chance.choices(WRITES, k=STEPS):
        write(chance, node)
        if chance.random() < 0.7:
            assert load_snapshot(node) == afresh(node)
    assert load_snapshot(node) == afresh(node)


def _any(chance: random.Random, kind: type[models.Model]) -> models.QuerySet[Any]:
    """Return the rows narrowed to one of them, or to none where there is none."""
    keys = list(kind._default_manager.order_by("pk").values_list("pk", flat=True))
    return kind._default_manager.filter(pk__in=[chance.choice(keys)] if keys else [])


def _add(_chance: random.Random, _node: Node) -> None:
    DIDAllocationFactory.create()
    TrunkAddressFactory.create()


def _ring(_chance: random.Random, _node: Node) -> None:
    extension = ExtensionFactory.create()
    DIDAllocationFactory.create(
        customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
    )


def _change(chance: random.Random, _node: Node) -> None:
    _any(chance, Customer).update(channel_limit=chance.randint(1, 99))
    _any(chance, Extension).update(caller_id_number=f"55114000{chance.randint(1000, 9999)}")


def _twice_and_back(chance: random.Random, _node: Node) -> None:
    rows = _any(chance, TrunkAddress)
    rows.update(port=chance.randint(1024, 60_000))
    with transaction.atomic():
        rows.update(port=5060)
        rows.update(port=5070)
        transaction.set_rollback(True)
    rows.update(port=chance.randint(1024, 60_000))


def _remove(chance: random.Random, _node: Node) -> None:
    _any(chance, DIDAllocation).delete()


def _rename_a_gateway(chance: random.Random, _node: Node) -> None:
    _any(chance, Gateway).update(name=f"GW_{chance.randint(1, 10**6)}")


def _place(chance: random.Random, node: Node) -> None:
    customer = _any(chance, Customer).first() or CustomerFactory.create()
    place_object(instance=customer, nodes=[chance.choice([node, NodeFactory.create()])])


def _forget_places(_chance: random.Random, _node: Node) -> None:
    Placement.objects.all().delete()


def _free_number(_chance: random.Random, _node: Node) -> None:
    DIDFactory.create()


WRITES: list[Callable[[random.Random, Node], None]] = [
    *(_add, _ring, _change, _twice_and_back, _remove),
    *(_rename_a_gateway, _place, _forget_places, _free_number),
]
