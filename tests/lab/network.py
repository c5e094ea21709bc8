"""A loopback network for each test process, so that two runs on one machine do not answer each other's calls."""

import os
from dataclasses import dataclass

from tests.lab.sipp import Address


@dataclass(frozen=True)
class LabNetwork:
    """The 254 addresses of 127.x.y.0/24; Asterisk has the first."""

    prefix: str

    def host(self, number: int) -> str:
        """Return the address with that last number."""
        return f"{self.prefix}.{number}"

    def address(self, number: int, port: int = 0) -> Address:
        """Return the address with a SIP port; 0 picks a free one at each use."""
        return Address(self.host(number), port)


def own_network() -> LabNetwork:
    """Return the network of this process."""
    return LabNetwork(f"127.{64 + (os.getpid() >> 8) % 128}.{os.getpid() % 256}")
