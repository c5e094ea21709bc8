from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from asterisk_sync.models import Node
from billing.models import Cdr
from reports.cdr_files.spools import sources_of_nodes
from tests.billing.importing import import_file
from tests.billing.spool_lines import spool_line
from tests.factories import NodeFactory
from voipadmin.core.errors import DomainError
from voipadmin.core.services import save_object

pytestmark = pytest.mark.django_db


def test_two_nodes_cannot_have_one_call_record_file_for_each_call_would_be_charged_twice() -> None:
    first = NodeFactory.create()
    second = NodeFactory.build(cdr_path=first.cdr_path)
    with pytest.raises(ValidationError) as refusal:
        save_object(second)
    assert list(refusal.value.message_dict) == ["cdr_path"]
    assert Node.objects.count() == 1


def test_one_file_under_two_paths_is_not_imported_for_two_nodes(tmp_path: Path) -> None:
    spool = tmp_path / "voipadmin.csv"
    spool.touch()
    (tmp_path / "link.csv").symlink_to(spool)
    NodeFactory.create(cdr_path=str(spool))
    NodeFactory.create(cdr_path=str(tmp_path / "link.csv"))
    with pytest.raises(DomainError, match=spool.name):
        sources_of_nodes()


def test_a_node_whose_calls_were_imported_keeps_its_name(tmp_path: Path) -> None:
    spool = tmp_path / "voipadmin.csv"
    spool.write_bytes(spool_line())
    node = NodeFactory.create(cdr_path=str(spool))
    import_file(spool, node=node.name)
    node.name = "renamed"
    with pytest.raises(ValidationError) as refusal:
        save_object(node)
    assert list(refusal.value.message_dict) == ["name"]
    assert Cdr.objects.count() == 1


def test_a_node_without_calls_may_be_renamed() -> None:
    node = NodeFactory.create()
    node.name = "renamed"
    save_object(node)
    assert Node.objects.get().name == "renamed"
