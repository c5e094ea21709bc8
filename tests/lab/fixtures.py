"""Fixtures of the telephone laboratory: a real Asterisk and the records that it writes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import AsteriskMissingError, AsteriskTree, find_tree
from deploy.trial.traffic.sipp import SippMissingError, sipp_program
from tests.lab.network import LabNetwork, own_network
from tests.lab.records import CdrReader
from tests.plugin import unavailable


@pytest.fixture(scope="session")
def asterisk_tree() -> AsteriskTree:
    """Where Asterisk is; missing, it fails in CI and skips elsewhere, and so does a missing SIPp."""
    try:
        sipp_program()
        return find_tree()
    except (AsteriskMissingError, SippMissingError) as error:
        unavailable(str(error))
        raise


@pytest.fixture(scope="session")
def lab_network() -> LabNetwork:
    """The loopback addresses of this test process: carriers, customers and phones take theirs from it."""
    return own_network()


@pytest.fixture(scope="module")
def asterisk(
    asterisk_tree: AsteriskTree, lab_network: LabNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AsteriskInstance]:
    """A new Asterisk for each file of tests, on this process's address: no contacts or files of other tests.

    It is up in half a second.
    """
    base = tmp_path_factory.mktemp("asterisk") if asterisk_tree.is_system else None
    instance = AsteriskInstance(asterisk_tree, f"test-{os.getpid()}", sip_address=lab_network.host(1), base=base)
    _forget_dead_runs(instance.home.parent)
    try:
        instance.start()
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def cdrs(asterisk: AsteriskInstance) -> CdrReader:
    """Reads the call records of this test only."""
    reader = CdrReader(asterisk.cdr_file)
    reader.skip()
    return reader


def _forget_dead_runs(labs: Path) -> None:
    """Delete the directories of test runs that were killed."""
    for folder in labs.glob("test-*"):
        pid = folder.name.split("-")[1]
        if pid == str(os.getpid()) or not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)
