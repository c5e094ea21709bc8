"""Settings refuse what production must not run on: each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voipadmin.settings import DEVELOPMENT_SECRET

pytestmark = pytest.mark.slow(seconds=1)

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"SECRET_KEY": "s" * 40, "FIELD_ENCRYPTION_KEY": "f" * 40, "JWT_SECRET_KEY": "j" * 40}
PLURAL = {"FIELD_ENCRYPTION_KEY": "FIELD_ENCRYPTION_KEYS", "JWT_SECRET_KEY": "JWT_KEYS"}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "VOIPADMIN_ENV_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, "-c", "import voipadmin.settings"],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_with_secrets_of_its_own() -> None:
    assert start(**GOOD).returncode == 0


def test_production_is_what_runs_unless_told_otherwise() -> None:
    refused = start()
    assert refused.returncode != 0
    assert "ImproperlyConfigured: SECRET_KEY" in refused.stderr


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", ["", "short", DEVELOPMENT_SECRET], ids=["unset", "short", "default"])
def test_production_refuses_a_default_secret(name: str, value: str) -> None:
    refused = start(**(GOOD | {name: value}))
    assert refused.returncode != 0
    assert name in refused.stderr.splitlines()[-1]
    assert not value or value not in refused.stderr.splitlines()[-1].replace("shorter", "")


@pytest.mark.parametrize(("single", "plural"), PLURAL.items())
def test_several_keys_need_no_single_one(single: str, plural: str) -> None:
    environment = {name: value for name, value in GOOD.items() if name != single}
    assert start(**environment, **{plural: f"2:{'n' * 40},1:{'o' * 40}"}).returncode == 0


@pytest.mark.parametrize(
    "entries",
    [f"2:{'n' * 40},1:short", f"1:{'n' * 40},1:{'o' * 40}", "n" * 40, f":{'n' * 40}", f"1:{DEVELOPMENT_SECRET}"],
    ids=["weak", "version twice", "no colon", "no version", "default"],
)
def test_production_refuses_keys_that_are_weak_or_ambiguous(entries: str) -> None:
    assert "FIELD_ENCRYPTION_KEYS" in start(**GOOD, FIELD_ENCRYPTION_KEYS=entries).stderr.splitlines()[-1]


@pytest.mark.parametrize("single", PLURAL)
def test_the_secret_key_is_not_used_a_second_time(single: str) -> None:
    assert start(**(GOOD | {single: GOOD["SECRET_KEY"]})).returncode != 0


def test_development_starts_without_any() -> None:
    assert start(DEBUG="true").returncode == 0
