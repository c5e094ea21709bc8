"""What a change brings and takes away is read back from a real Asterisk; nothing is believed for its `Success`."""

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.generations.expected import (
    DIALPLAN_MODULE,
    PJSIP_MODULE,
    ExpectedConfig,
    expected_config,
)
from asterisk_sync.reload.readback import Verification, read_back
from asterisk_sync.reload.reloader import reload_and_compare, reload_module
from asterisk_sync.reload.timings import StepTimings
from asterisk_sync.rendering import markers, render_files
from asterisk_sync.snapshot.values import Snapshot
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session
from tests.asterisk_sync.conftest import empty_the_node
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import address, customer, extension, gateway, route
from tests.rendering.many import did

BOTH = frozenset({PJSIP_MODULE, DIALPLAN_MODULE})

Edit = Callable[[dict[str, str]], dict[str, str]]


def company() -> Snapshot:
    """A gateway, a trunk customer, an office, a route and numbers."""
    office = customer(2, "OFFICE", type="extension", extensions=(extension(21, "1001"), extension(22, "1002")))
    return Snapshot(
        BRAZIL,
        customers=(customer(1, "TRUNK1", addresses=(address("203.0.113.7"), address("203.0.113.8"))), office),
        gateways=(gateway(11, "GW_A", "198.51.100.1"), gateway(12, "GW_B", "198.51.100.2")),
        routes=(route(31, "_0.", 10, "GW_A"), route(32, "_X.", 20, "GW_B")),
        dids=tuple(did(number, "TRUNK1") for number in range(3)),
    )


@pytest.fixture
def client(empty_asterisk: AsteriskInstance) -> Iterator[AmiClient]:
    """A session with the run's Asterisk, which is left empty."""
    asterisk = empty_asterisk
    with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin", asterisk.config.ami_secret) as session:
        yield session
    empty_the_node(asterisk)


class Live:
    """The files of the running Asterisk, written past the pipeline."""

    def __init__(self, asterisk: AsteriskInstance, client: AmiClient) -> None:
        self.folder = asterisk.config_dir / "voipadmin" / "by-hand"
        self.client = client
        current = asterisk.config_dir / "voipadmin" / "current"
        shutil.copytree(current, self.folder)
        current.unlink()
        current.symlink_to(self.folder.name)

    def load(self, files: dict[str, str]) -> ExpectedConfig:
        """Have Asterisk read the files, whatever they are; return what they should make live."""
        for name, text in files.items():
            path = self.folder / name
            path.unlink(missing_ok=True)
            path.write_text(text)
            path.chmod(0o644)
        for module in BOTH:
            reload_module(self.client, module)
        return expected_config(files)

    def compare(self, wanted: ExpectedConfig, before: ExpectedConfig, *, complete: bool = False) -> Verification:
        return read_back(self.client, wanted, before, BOTH, complete=complete)


@pytest.fixture
def live(empty_asterisk: AsteriskInstance, client: AmiClient) -> Live:
    return Live(empty_asterisk, client)


def changed(snapshot: Snapshot) -> Snapshot:
    """The same company with another telephone, address, route and number, and without some."""
    trunk, office = snapshot.customers
    first = office.extensions[0]
    return dataclasses.replace(
        snapshot,
        customers=(
            dataclasses.replace(trunk, addresses=(address("203.0.113.9"),)),
            dataclasses.replace(
                office, extensions=(dataclasses.replace(first, secret="e" * 32, max_contacts=4), extension(23, "1003"))
            ),
        ),
        gateways=(
            dataclasses.replace(snapshot.gateways[0], registers=True, username="5511", secret="abcdefgh12"),
            dataclasses.replace(snapshot.gateways[1], addresses=()),
        ),
        routes=(route(31, "190", 10, "GW_A"), snapshot.routes[1]),
        dids=(did(7, "TRUNK1"), *snapshot.dids[1:]),
    )


def test_what_changed_is_compared_in_full_and_agrees(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    wanted = live.load(render_files(changed(company()), 2))
    found = live.compare(wanted, before)
    assert found.differences == []
    assert {"endpoint", "aor", "auth", "identify", "registration", "context", "extension"} <= found.checked.keys()
    everything = live.compare(wanted, before, complete=True)
    assert everything.differences == []
    assert found.checked["context"] < everything.checked["context"] == len(wanted.contexts)


def test_what_is_not_live_is_named_object_by_object(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    wanted = expected_config(render_files(changed(company()), 2))
    for complete in (False, True):
        found = "\n".join(live.compare(wanted, before, complete=complete).differences)
        for named in (
            "endpoint u000000000000017 is missing",
            "endpoint u000000000000016 is still there",
            "for max_contacts",
            "auth u000000000000015 has another value for password",
            "registration GW_A is missing",
            "551130000007@va-dids-0 is missing",
            "551130000000@va-dids-0 is still there",
            "0190@va-level-10-1 is missing",
        ):
            assert named in found, (named, complete)
        assert "eeee" not in found


def test_an_address_that_is_no_longer_known_is_missed(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    wanted = expected_config(render_files(changed(company()), 2))
    found = "\n".join(live.compare(wanted, before).differences)
    assert re.search(r"identify \+?GW_B is still there", found)
    assert re.search(r"identify \+?trunk\.TRUNK1 has", found)


@pytest.mark.parametrize("name", ["pjsip_extensions.conf", "pjsip_gateways.conf", "pjsip_customer_trunks.conf"])
def test_a_file_that_was_cut_is_found_by_its_marker(live: Live, name: str) -> None:
    before = live.load(render_files(company(), 1))
    files = render_files(changed(company()), 2)
    wanted = expected_config(files)
    live.load(files | {name: files[name].partition("\n; === End ===")[0] + "\n"})
    assert f"aor {markers(files)[name]} is missing" in live.compare(wanted, before).differences


def test_a_dialplan_file_that_was_cut_is_found_even_if_the_other_one_changed(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    files = render_files(dataclasses.replace(company(), dids=company().dids[1:]), 2)
    wanted = expected_config(files)
    cut = files["extensions_routes.conf"].partition("\n; === End ===")[0] + "\n"
    live.load(files | {"extensions_routes.conf": cut})
    marker = markers(files)["extensions_routes.conf"]
    assert live.compare(wanted, before).differences == [f"{marker}@va-generation-routes is missing"]


@pytest.mark.parametrize("kind", ["endpoint", "auth", "aor"])
def test_a_double_name_in_another_file_that_freezes_a_type_is_found(live: Live, kind: str) -> None:
    before = live.load(render_files(company(), 1))
    files = render_files(changed(company()), 2)
    wanted = expected_config(files)
    # By hand, in a file of the operator's: our validation does not see it, and Asterisk says Success.
    (live.folder / "pjsip_gateways.conf").chmod(0o644)
    double = f"\n[u000000000000015]\ntype={kind}\n" + ("auth_type=userpass\nusername=x\n" if kind == "auth" else "")
    live.load(files | {"pjsip_gateways.conf": files["pjsip_gateways.conf"] + double})
    found = [line for line in live.compare(wanted, before).differences if line.startswith(kind)]
    assert found


def test_what_an_operator_added_by_hand_is_left_alone(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    files = render_files(changed(company()), 2)
    wanted = expected_config(files)
    by_hand = (
        "[va-dids-0]\nexten => 4711,1,NoOp()\ninclude => from-elsewhere\n\n[from-elsewhere]\nexten => 1,1,NoOp()\n"
    )
    live.load(files | {"extensions_routes.conf": files["extensions_routes.conf"] + by_hand})
    for complete in (False, True):
        assert live.compare(wanted, before, complete=complete).differences == []


def test_another_search_order_is_found(live: Live) -> None:
    before = live.load(render_files(company(), 1))
    files = render_files(changed(company()), 2)
    wanted = expected_config(files)
    swapped = files["extensions_routes.conf"].replace(
        "include => va-level-10-1\ninclude => va-level-20-1\n", "include => va-level-20-1\ninclude => va-level-10-1\n"
    )
    assert swapped != files["extensions_routes.conf"]
    live.load(files | {"extensions_routes.conf": swapped})
    assert live.compare(wanted, before, complete=True).differences != []


def test_where_nothing_seems_to_have_changed_everything_is_read_back_and_counted(
    live: Live, client: AmiClient, tmp_path: Path
) -> None:
    wanted, timings = live.load(render_files(company(), 1)), StepTimings()
    assert reload_and_compare(client, wanted, wanted, BOTH, tmp_path, timings) == []
    assert timings.checked["context"] == len(wanted.contexts)
    assert timings.checked["endpoint"] == len(wanted.names("endpoint"))
    assert timings.checked["extension"] == len(wanted.steps())
