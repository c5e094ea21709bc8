"""The messages are compared in English, whatever the interface starts in."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English during a test."""
    with translation.override("en"):
        yield
