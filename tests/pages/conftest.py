"""Clients by role, and one object of each kind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from asterisk_sync.models import Node, OutboxEntry
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.users import UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

AsRole = Callable[..., Client]


@pytest.fixture
def as_role(db: None) -> AsRole:
    """A client that is logged in as a user of a role, for a customer where one is given; pages in English."""

    def log_in(role: str, *customers: Any) -> Client:
        user: User = UserFactory.create(role=role)
        for customer in customers:
            customer.users.add(user)
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
        return client

    return log_in


@pytest.fixture
def admin(as_role: AsRole) -> Client:
    """A logged-in administrator."""
    return as_role(Role.ADMIN)


@pytest.fixture
def operator(as_role: AsRole) -> Client:
    """A logged-in operator."""
    return as_role(Role.OPERATOR)


@pytest.fixture
def node(db: None) -> Node:
    """A node, with nothing in its history."""
    made: Node = NodeFactory.create(name="pbx-sp")
    OutboxEntry.objects.all().delete()
    return made
