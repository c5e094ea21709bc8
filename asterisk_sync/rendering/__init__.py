"""Renders a snapshot: frozen values in, the text of the five generated files out. Pure: equal in, equal out."""

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

    1. Refuse names and addresses that two objects share.
    2. Plan the contexts of the routes.
    3. Render the bodies, of fragments that are kept from earlier sets.
    4. Put a header with the generation's number in front, and a marker at the end. Only the header differs between two
       generations of equal snapshots; `without_header` takes it off.
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
