"""What an operator copies: settings, units, Asterisk's base files."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.trial.base_config import BaseConfig, render_base_files

pytestmark = pytest.mark.slow(seconds=1)

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
MODULES = frozenset({"res_pjsip.so", "chan_pjsip.so", "pbx_config.so"})


def names_in_settings() -> set[str]:
    modules = ("environment.py", "settings.py", "telephony_settings.py", "alarm_settings.py")
    text = "".join((ROOT / "voipadmin" / module).read_text() for module in modules)
    read = re.findall(r'env\.(?:str|bool|int|float|list|db|dict|email_url)\(\s*"([A-Z_]+)"', text)
    return {*read, *re.findall(r'secret\("([A-Z_]+)"\)', text), *_versioned(text)}


def _versioned(text: str) -> list[str]:
    return [name for pair in re.findall(r'versioned_secrets\("([A-Z_]+)", "([A-Z_]+)"\)', text) for name in pair]


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert documented == names_in_settings()


def test_the_example_leaves_every_secret_to_be_set() -> None:
    text = (ROOT / ".env.example").read_text()
    assert re.findall(r"^[A-Z_]*(?:SECRET|ENCRYPTION)[A-Z_]*=(.*)$", text, re.MULTILINE) == ["", "", ""]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_no_service_runs_as_root_or_writes_where_it_need_not(path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep upper case
    unit.read(path)
    service = unit["Service"]
    assert service["User"] == "voipadmin"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert path.name in (ROOT / "deploy/systemd/voipadmin.target").read_text()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_the_services_start_what_exists(path: Path) -> None:
    command = re.search(r"^ExecStart=\S+/bin/(.+)$", path.read_text(), re.MULTILINE)
    assert command is not None
    program, *arguments = command[1].split()
    if program == "python":
        arguments = [str(ROOT / arguments[0]), arguments[1], "--help"]
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
    else:
        assert (Path(sys.executable).parent / program).exists()


def test_the_base_files_have_no_placeholder_left_and_no_module_that_is_absent() -> None:
    files = render_base_files(BaseConfig(), MODULES)
    assert not [name for name, text in files.items() if re.search(r"@[A-Z_]+@", text)]
    loaded = re.findall(r"^load = (\S+)", files["modules.conf"], re.MULTILINE)
    assert set(loaded) == MODULES


def test_the_base_files_name_each_generated_file_once_and_run_no_program() -> None:
    files = render_base_files(BaseConfig(), MODULES)
    included = re.findall(r'^#include "voipadmin/current/(.+)"$', "\n".join(files.values()), re.MULTILINE)
    assert sorted(included) == [
        "extensions_dids.conf",
        "extensions_routes.conf",
        "pjsip_customer_trunks.conf",
        "pjsip_extensions.conf",
        "pjsip_gateways.conf",
    ]
    assert "execincludes = no" in files["asterisk.conf"]
    assert not [name for name, text in files.items() if re.search(r"^#exec", text, re.MULTILINE)]


def test_secrets_of_the_base_files_are_new_each_time_and_for_their_group_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.trial.base_config", "--module-dir", str(tmp_path / "modules")]
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/res_pjsip.so").touch()
    found = []
    for name in ("one", "two"):
        done = subprocess.run([*command, str(tmp_path / name)], capture_output=True, text=True, check=True, cwd=ROOT)
        secret = re.search(r"^  voipadmin: ([0-9a-f]{32})$", done.stdout, re.MULTILINE)
        assert secret is not None
        manager = tmp_path / name / "manager.conf"
        assert f"secret = {secret[1]}\n" in manager.read_text()
        assert manager.stat().st_mode & 0o007 == 0
        found.append(secret[1])
    assert found[0] != found[1]
