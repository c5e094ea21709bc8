"""Search for nodes."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Node
from voipadmin.core.search import Hit, Hits, closest, hits
from voipadmin.core.text.searched import SearchText


def search_nodes(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find nodes by their name or host."""
    if user.has_perm("asterisk_sync.view_node"):
        nodes = Node.objects.visible_to(user).only("name", "host")
        found = closest(nodes, ("name",) if searched.network else ("name", "host"), searched.text)
        shown = (Hit(row.name, row.get_absolute_url(), row.host, row.distance) for row in found)
        yield hits(_("Nodes"), "server-cog", shown, list_url="asterisk_sync:node_list", text=searched.text)
