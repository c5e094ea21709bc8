"""Nodes for tests."""

# mypy: allow-untyped-calls
# factory-boy's declarations carry no types.

from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from asterisk_sync.models import Node


class NodeFactory(DjangoModelFactory[Node]):
    """A node with paths that no machine has; tests that write pass their own."""

    class Meta:
        model = Node

    name = Sequence(lambda n: f"pbx{n}")
    ami_secret = "a" * 32
    config_path = LazyAttribute(lambda node: f"/nonexistent/{node.name}/etc")
    spool_path = LazyAttribute(lambda node: f"/nonexistent/{node.name}/outgoing")
    cdr_path = LazyAttribute(lambda node: f"/nonexistent/{node.name}/voipadmin.csv")
