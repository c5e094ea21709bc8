"""The doctor names extensions by which colleagues do not reach a public service."""

import pytest

from asterisk_sync.doctor import Finding, Severity, examine_system
from customers.models import Extension
from tests.factories.customers import ExtensionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=3)]


def found() -> list[Finding]:
    return [finding for finding in examine_system() if finding.check == "extensions' numbers"]


def test_usual_numbers_are_well() -> None:
    ExtensionFactory.create(number="1001")
    assert [finding.severity for finding in found()] == [Severity.OK]


def test_an_emergency_or_health_line_is_a_failure_and_another_service_a_warning() -> None:
    line, service, off = (ExtensionFactory.create(number=number) for number in ("1001", "150", "1002"))
    Extension.objects.filter(pk=line.pk).update(number="188")
    Extension.objects.filter(pk=off.pk).update(number="190", enabled=False)
    failed, warned = found()
    assert (failed.severity, warned.severity) == (Severity.FAILURE, Severity.WARNING)
    assert failed.message == f"take calls to emergency or health lines: 188 · {line.customer.code}"
    assert warned.message == f"take calls to public services: 150 · {service.customer.code}"
