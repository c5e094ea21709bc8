"""A session with any AMI by its address, for tests and benches; the product's own sessions are those of a node."""

from collections.abc import Iterator
from contextlib import contextmanager

from asterisk_sync.ami.client import ANSWER_SECONDS, AmiClient


@contextmanager
def ami_session(
    host: str, port: int, username: str, secret: str, *, timeout: float = ANSWER_SECONDS
) -> Iterator[AmiClient]:
    """Connect and log in for the time of a block; raise AmiUnreachableError."""
    with AmiClient(timeout=timeout) as client:
        client.connect(host, port)
        client.login(username, secret)
        yield client
