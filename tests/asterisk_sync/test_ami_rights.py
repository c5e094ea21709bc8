"""What the user of a node's form may do on a real Asterisk, action by action, as manager.conf says it."""

from collections.abc import Iterator
from typing import Any

import pytest

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.doctor import node as doctor
from asterisk_sync.doctor.findings import Severity
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session

pytestmark = pytest.mark.asterisk


@pytest.fixture
def client(asterisk: AsteriskInstance) -> Iterator[AmiClient]:
    with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", asterisk.config.ami_secret) as session:
        yield session


NEEDED: dict[str, dict[str, str]] = {
    "Reload": {"Module": "cdr_custom.so"},
    "ModuleCheck": {"Module": "res_pjsip"},
    "CoreSettings": {},
    "CoreShowChannels": {},
    "Status": {"Variables": "va_customer,va_direction"},
    "ShowDialPlan": {},
    "PJSIPShowEndpoints": {},
    "PJSIPShowContacts": {},
    "PJSIPShowRegistrationsOutbound": {},
    "GetVar": {"Variable": "PJSIP_AOR(none,max_contacts)"},
    "AbsoluteTimeout": {"Channel": "none", "Timeout": "1"},
    "Hangup": {"Channel": "none"},
}
# What comes with the class `system`: no wish of ours, but manager.conf and `doctor` name each of them.
DANGERS: dict[str, dict[str, str]] = {
    "GetConfig": {"Filename": "manager.conf"},
    "DialplanExtensionAdd": {"Context": "none", "Extension": "1", "Priority": "1", "Application": "NoOp"},
    "ModuleLoad": {"LoadType": "reload", "Module": "cdr_custom.so"},
    "DBPut": {"Family": "voipadmin-test", "Key": "key", "Val": "value"},
}
REFUSED: dict[str, dict[str, str]] = {
    "ListCategories": {"Filename": "manager.conf"},
    "UpdateConfig": {"SrcFilename": "musiconhold.conf", "DstFilename": "musiconhold.conf"},
    "CreateConfig": {"Filename": "new.conf"},
    "Command": {"Command": "core show version"},
    "Originate": {"Channel": "Local/1@none", "Application": "System", "Data": "id"},
    "Setvar": {"Variable": "FILE(/tmp/new)", "Value": "x"},
    "UserEvent": {"UserEvent": "x"},
}


def _permission_is_missing(client: AmiClient, action: str, fields: dict[str, Any]) -> bool:
    answer = client.send_action({"Action": action, **fields})
    return answer.is_error and "Permission denied" in str(answer.headers.get("Message"))


@pytest.mark.parametrize(("action", "fields"), NEEDED.items(), ids=NEEDED.keys())
def test_what_the_product_does_is_allowed(client: AmiClient, action: str, fields: dict[str, str]) -> None:
    assert not _permission_is_missing(client, action, fields)


@pytest.mark.parametrize(("action", "fields"), REFUSED.items(), ids=REFUSED.keys())
def test_what_it_does_not_need_is_refused(client: AmiClient, action: str, fields: dict[str, str]) -> None:
    # O25
    assert _permission_is_missing(client, action, fields)


@pytest.mark.parametrize(("action", "fields"), DANGERS.items(), ids=DANGERS.keys())
def test_what_comes_with_the_lists_of_pjsip_is_told(
    client: AmiClient, asterisk: AsteriskInstance, action: str, fields: dict[str, str]
) -> None:
    assert not _permission_is_missing(client, action, fields)
    assert action in (asterisk.config_dir / "manager.conf").read_text()
    assert action in doctor.ALLOWED_RIGHTS


def test_a_variable_that_is_read_runs_no_program(client: AmiClient) -> None:
    client.send_action({"Action": "ModuleLoad", "LoadType": "load", "Module": "func_shell.so"})
    assert client.request("GetVar", Variable="SHELL(id)").headers["Value"] == ""


def test_doctor_tells_what_the_user_may(client: AmiClient) -> None:
    finding = next(iter(doctor._rights(client)))
    assert (finding.severity, finding.message) == (Severity.OK, doctor.ALLOWED_RIGHTS)


def test_doctor_warns_of_rights_that_nothing_needs(asterisk: AsteriskInstance) -> None:
    manager_conf = asterisk.config_dir / "manager.conf"
    before = manager_conf.read_text()
    manager_conf.write_text(before.replace("write = system,reporting", "write = system,config,command,reporting"))
    asterisk.cli("manager reload")
    try:
        with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", asterisk.config.ami_secret) as session:
            finding = next(iter(doctor._rights(session)))
    finally:
        manager_conf.write_text(before)
        asterisk.cli("manager reload")
    assert finding.severity == Severity.WARNING
    assert "(config)" in finding.message
    assert "(command)" in finding.message
