"""Every class of the product that derives from one."""

from collections.abc import Iterator
from typing import Any

OURS = ("voipadmin", "customers", "routing", "numbering", "billing", "asterisk_sync", "reports")


def subclasses(base: Any) -> Iterator[Any]:
    """Yield the product's classes below `base`, at any depth; what Django and others derive is passed over."""
    for one in base.__subclasses__():
        if one.__module__.startswith(OURS):
            yield one
        yield from subclasses(one)
