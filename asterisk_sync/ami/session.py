"""A session with the AMI of a node: connected, logged in, and its Asterisk fully started."""

import threading

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError, AmiUnreachableError
from asterisk_sync.models import Node

FULLY_BOOTED_SECONDS = 0.5


def connected(node: Node, *, username: str = "", secret: str = "") -> AmiClient:
    """Return a session with a node, of its own AMI user or of another one.

    Raises AmiUnreachableError where it is away or still starting.
    """
    client = AmiClient()
    booted = threading.Event()
    client.register_event("FullyBooted", lambda _event, _manager: booted.set())
    try:
        client.connect(node.ami_host, node.ami_port)
        client.login(username or node.ami_username, secret if username else node.ami_secret)
        if not booted.wait(FULLY_BOOTED_SECONDS) and _has_no_dialplan(client):
            raise AmiUnreachableError(_("Asterisk is still starting."))
    except BaseException:
        client.close()
        raise
    return client


def _has_no_dialplan(client: AmiClient) -> bool:
    """Tell whether Asterisk is still starting: its dialplan is loaded last.

    The event FullyBooted would say so, but comes only for an AMI user with `read=system`.
    """
    try:
        client.list_action("ShowDialPlan")
    except AmiRefusedError:
        return True
    return False
