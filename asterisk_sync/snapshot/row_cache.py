"""What was read of some tables before, as long as nobody has written to them since.

PostgreSQL marks each version of a row with the transaction that wrote it (xmin) and with its place (ctid). No two
versions have both alike, so that a sum over the marks of a table tells whether any row is new, changed or gone; it
costs a fraction of reading the rows.
https://www.postgresql.org/docs/current/ddl-system-columns.html
"""

from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar

from django.db import connection, models

Value = TypeVar("Value")
Table = type[models.Model]

_MARKS = "(SELECT (count(*), bit_xor(uuid_hash_extended(id, hashtidextended(ctid, xmin::text::bigint))))::text FROM {})"


class RowMemory:
    """The last value of each kind for each owner, with the state of the tables that it was made of."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Hashable, Any]] = {}

    def recall(self, key: Hashable, state: Hashable, read: Callable[[], Value]) -> Value:
        """Return what `read` gave the last time, where `state` is still the same."""
        known = self._kept.get(key)
        if known is not None and known[0] == state:
            value: Value = known[1]
            return value
        return self.renew(key, state, read)

    def renew(self, key: Hashable, state: Hashable, read: Callable[[], Value]) -> Value:
        """Read, and keep what came of it for `state`."""
        fresh = read()
        self._kept[key] = state, fresh
        return fresh


def states_of_tables(tables: Collection[Table]) -> dict[Table, str]:
    """Return for each table a text that is another one after any change of its rows; keys are UUIDs named `id`."""
    wanted = list(tables)
    marks = ", ".join(_MARKS.format(connection.ops.quote_name(table._meta.db_table)) for table in wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {marks}")
        return dict(zip(wanted, cursor.fetchone() or (), strict=True))
