"""Answers the question of an action as its form does."""

import re
from typing import Any

from django.test import Client

TOKEN = re.compile(r'name="confirmation" value="([^"]+)"')


def token_of(client: Client, address: str) -> str:
    """The token of the question at an address."""
    found = TOKEN.search(client.get(address).content.decode())
    assert found, f"no question at {address}"
    return found[1]


def confirm(client: Client, address: str, *, follow: bool = False, **answers: Any) -> Any:
    """Look at the question, then answer it."""
    return client.post(address, {"confirmation": token_of(client, address), **answers}, follow=follow)
