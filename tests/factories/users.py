"""Users for tests."""

# mypy: allow-untyped-calls, allow-untyped-decorators
# factory-boy's declarations carry no types.

from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, Sequence
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from voipadmin.users.models import User
from voipadmin.users.roles import Role

PASSWORD = "correct-horse-battery"


@cache
def _hash(password: str) -> str:
    """Hash once: argon2 is slow on purpose."""
    return make_password(password)


class UserFactory(DjangoModelFactory[User]):
    """A user who may log in with PASSWORD; `role` and `customers=[...]` say what it sees."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"user{n}")
    role = Role.VIEWER
    password = LazyFunction(lambda: _hash(PASSWORD))

    @post_generation
    def customers(self: Any, create: bool, extracted: list[Any] | None, **_kwargs: Any) -> None:
        """Attach the customers that the user logs in for."""
        if create and extracted:
            self.customers.set(extracted)
