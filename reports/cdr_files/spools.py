"""Which spool file is of which node. Billing knows files and names of nodes; the nodes are known to apps above it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.queries import local_nodes
from asterisk_sync.models import Node
from voipadmin.core.errors import DomainError

ONLY_NODE = "asterisk"


@dataclass(frozen=True, slots=True)
class SpoolSource:
    """A call record file and the node whose calls are in it."""

    node_name: str
    path: Path


def sources_of_nodes(node_name: str = "") -> list[SpoolSource]:
    """Return the spools of all enabled nodes of this machine, or of one."""
    nodes = Node.objects.filter(enabled=True, name=node_name) if node_name else local_nodes().order_by("name")
    _refuse_shared(Node.objects.filter(enabled=True))
    return [SpoolSource(node.name, Path(node.cdr_path)) for node in nodes]


def _refuse_shared(nodes: Iterable[Node]) -> None:
    """Raise DomainError where two nodes have one file, under whatever paths."""
    files = Counter(Path(node.cdr_path).resolve() for node in nodes)
    for file, count in files.items():
        if count > 1:
            message = _("%(file)s is the file of several nodes: its calls would be charged twice.")
            raise DomainError(message % {"file": file}, field="cdr_path")


def sources_of_files(files: Sequence[Path], node_name: str = "") -> list[SpoolSource]:
    """Return `files` with the node that each is of; raise DomainError where that cannot be known.

    Without a name it is the node whose call record file it is, else the only node that there is.
    """
    nodes = list(Node.objects.order_by("name"))
    if node_name and nodes and all(node.name != node_name for node in nodes):
        raise DomainError(_("There is no node of this name."), field="node")
    return [SpoolSource(node_name or _node_of(file, nodes), file) for file in files]


def _node_of(file: Path, nodes: Sequence[Node]) -> str:
    if not nodes:
        return ONLY_NODE
    owner = next((node for node in nodes if Path(node.cdr_path) == file.absolute()), None)
    if owner is None and len(nodes) > 1:
        raise DomainError(_("There are several nodes: say with --node whose file it is."), field="node")
    return (owner or nodes[0]).name
