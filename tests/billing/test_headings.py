"""Columns that no field of a model names name themselves."""

import pytest
from django.utils import translation

from billing.accounts.tables import LedgerTable
from billing.authorization.refused.pages import RefusedCallTable
from billing.decks.tables import DeckRowTable
from billing.models import RefusedCall
from voipadmin.core.tables.entity_table import EntityTable


@pytest.mark.parametrize("table", [LedgerTable([]), DeckRowTable([]), RefusedCallTable(RefusedCall.objects.none())])
def test_every_column_is_headed_in_the_users_language(table: EntityTable) -> None:
    with translation.override("pt-br"):
        headings = {str(column.header) for column in table.columns}
    assert not headings & {name.replace("_", " ").capitalize() for name in table.base_columns}
