from billing.cdrs.records.columns import COLUMNS, StoredRecord
from billing.models import Cdr

TABLE = [str(field.column) for field in Cdr._meta.concrete_fields]


def test_the_import_writes_every_column_of_the_table() -> None:
    assert sorted(COLUMNS) == sorted(TABLE)


def test_what_is_read_of_a_stored_record_are_columns_of_the_table() -> None:
    assert set(StoredRecord._fields) <= set(TABLE)
