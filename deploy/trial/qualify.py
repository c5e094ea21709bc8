"""Asterisk asks each peer once a minute whether it is there; the demo's peers say so as soon as they are."""

from collections.abc import Iterable


def qualify(endpoints: Iterable[str]) -> None:
    """Let every node ask `endpoints` now; a node that is away or does not know one asks by itself later."""
    # Models can be imported only now that Django is set up.
    from asterisk_sync.ami.messages import AmiRefusedError, AmiUnreachableError  # noqa: PLC0415
    from asterisk_sync.ami.session import connected  # noqa: PLC0415
    from asterisk_sync.models import Node  # noqa: PLC0415

    names = list(endpoints)
    for node in Node.objects.filter(enabled=True) if names else ():
        try:
            with connected(node) as ami:
                for name in names:
                    try:
                        ami.request("PJSIPQualify", Endpoint=name)
                    except AmiRefusedError:
                        continue
        except AmiUnreachableError:
            continue
