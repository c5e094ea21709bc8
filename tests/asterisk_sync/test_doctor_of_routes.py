"""The doctor names routes that could send another number than the one judged."""

import pytest

from asterisk_sync.doctor import Finding, Severity, examine_system
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=3)]


def found() -> list[Finding]:
    return [finding for finding in examine_system() if finding.check == "numbers sent"]


def test_usual_rewritings_are_well() -> None:
    RouteFactory.create(pattern="_0ZZXXXXXXXXX", strip_digits=1, gateways=[GatewayFactory.create(prepend="55")])
    assert [finding.severity for finding in found()] == [Severity.OK]


def test_another_number_that_could_be_sent_is_named_with_an_example() -> None:
    gateways = [GatewayFactory.create(name="GW_Good"), GatewayFactory.create(name="GW_Short", strip_digits=1)]
    RouteFactory.create(name="Police", pattern="190", gateways=gateways)
    [finding] = found()
    assert finding.severity is Severity.WARNING
    assert finding.message == "route Police, gateway GW_Short: 190 would be sent as 90, which is no number"
    assert finding.remedy


def test_what_is_switched_off_is_not_named() -> None:
    RouteFactory.create(pattern="190", gateways=[GatewayFactory.create(strip_digits=1, enabled=False)])
    RouteFactory.create(pattern="190", enabled=False, gateways=[GatewayFactory.create(strip_digits=1)])
    assert [finding.severity for finding in found()] == [Severity.OK]


def test_codes_that_an_e164_gateway_is_sent_are_named() -> None:
    RouteFactory.create(
        name="All", pattern="_X.", gateways=[GatewayFactory.create(name="GW_World", sent_format="e164")]
    )
    [finding] = found()
    assert finding.message.startswith("route All, gateway GW_World: ")
    assert "in E.164, which the gateway is to be sent" in finding.message
    assert "codes of the country" in finding.remedy
