"""Ports of the loopback for programs that do not say what else they take."""

import socket

import pytest

from deploy.trial import ports
from tests.lab.network import own_network

HOST = own_network().host(5)


def test_no_media_port_is_a_sip_port_nor_is_the_second_after_it() -> None:
    taken = {port + step for port in ports.MEDIA_PORTS for step in (0, ports.VIDEO_AFTER_AUDIO)}

    assert taken.isdisjoint(ports.SIP_PORTS)


@pytest.mark.parametrize("step", [0, ports.VIDEO_AFTER_AUDIO])
def test_a_media_port_is_not_given_while_one_of_its_two_is_taken(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "MEDIA_PORTS", range(20000, 20001))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOST, 20000 + step))
        with pytest.raises(ports.NoFreePortError):
            ports.free_media_port(HOST)

    assert ports.free_media_port(HOST) == 20000
