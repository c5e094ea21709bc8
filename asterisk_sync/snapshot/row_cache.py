"""Versions of tables: what was read from a table is kept for as long as its version stays the same.

PostgreSQL marks each version of a row with the transaction that wrote it (`xmin`) and with its place (`ctid`). No two
versions of a row have both alike, so a hash over the marks of all rows is another one after any insert, update or
delete, however it was made. Computing it costs a fraction of reading the rows.
https://www.postgresql.org/docs/current/ddl-system-columns.html
"""

from collections.abc import Collection

from django.db import connection, models

Table = type[models.Model]

_VERSION = (
    "(SELECT (count(*), bit_xor(uuid_hash_extended(id, hashtidextended(ctid, xmin::text::bigint))))::text FROM {})"
)


def table_versions(tables: Collection[Table]) -> dict[Table, str]:
    """Return the version of each table as a text; their primary keys have to be UUIDs named `id`."""
    wanted = list(tables)
    versions = ", ".join(_VERSION.format(connection.ops.quote_name(table._meta.db_table)) for table in wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {versions}")
        return dict(zip(wanted, cursor.fetchone() or (), strict=True))
