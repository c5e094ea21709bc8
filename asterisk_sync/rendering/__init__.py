"""Snapshot -> text of the five generated files. Pure: the same snapshot gives the same text."""

from asterisk_sync.rendering.dialplan import routes_text
from asterisk_sync.rendering.engine import rendered_fragments
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.files import FILE_NAMES, marker_context_of, markers, seal, without_header
from asterisk_sync.rendering.incoming import dids_text
from asterisk_sync.rendering.pjsip import check_identities, extensions_text, gateways_text, trunks_text
from asterisk_sync.rendering.route_plan import plan_routes
from asterisk_sync.snapshot.values import Snapshot

__all__ = ["FILE_NAMES", "RenderError", "marker_context_of", "markers", "render_files", "without_header"]


def render_files(snapshot: Snapshot, generation: int) -> dict[str, str]:
    """Return file name -> text; raise RenderError where a value fits no file or objects contradict each other.

    Only the header names the generation: `without_header` tells whether Asterisk would see a difference.
    """
    rendered_fragments.begin_round()
    check_identities(snapshot)
    plan = plan_routes(snapshot.routes, [customer.code for customer in snapshot.customers])
    bodies = {
        "pjsip_gateways.conf": gateways_text(snapshot),
        "pjsip_customer_trunks.conf": trunks_text(snapshot, plan),
        "pjsip_extensions.conf": extensions_text(snapshot, plan),
        "extensions_routes.conf": routes_text(snapshot, plan),
        "extensions_dids.conf": dids_text(snapshot, plan),
    }
    return {name: seal(name, bodies[name], generation) for name in FILE_NAMES}
