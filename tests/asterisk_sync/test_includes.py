"""Which hand-written file has to include a generated one, and how often it does."""

from pathlib import Path

import pytest

from asterisk_sync.generations.includes import Inclusion, add_include, extension_files, include_line, inclusion_of
from deploy.trial.base_config import SOURCE

EXTENSIONS, GATEWAYS = "pjsip_extensions.conf", "pjsip_gateways.conf"
LARGE = "pjsip_with_extensions.conf"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The hand-written files as they are delivered."""
    for name in ("pjsip.conf", LARGE, "sorcery.conf", "extensions.conf"):
        (tmp_path / name).write_text((SOURCE / name).read_text())
    return tmp_path


@pytest.fixture
def without_sorcery(folder: Path) -> Path:
    """The hand-written files of a node that reads everything from pjsip.conf, as Asterisk does by itself."""
    (folder / "sorcery.conf").unlink()
    (folder / LARGE).unlink()
    with (folder / "pjsip.conf").open("a") as file:
        file.write(include_line(EXTENSIONS) + "\n")
    return folder


def test_extensions_are_read_from_a_file_of_their_own_that_includes_them(folder: Path) -> None:
    assert extension_files(folder) == {"endpoint": LARGE, "auth": LARGE, "aor": LARGE}
    assert inclusion_of(folder, EXTENSIONS) == Inclusion(LARGE, times=1)
    assert inclusion_of(folder, GATEWAYS) == Inclusion("pjsip.conf", times=1)
    assert inclusion_of(folder, "extensions_dids.conf") == Inclusion("extensions.conf", times=1)


def test_without_sorcery_they_are_read_from_pjsip_conf(without_sorcery: Path) -> None:
    assert set(extension_files(without_sorcery).values()) == {"pjsip.conf"}
    assert inclusion_of(without_sorcery, EXTENSIONS) == Inclusion("pjsip.conf", times=1)


def test_a_mapping_of_another_module_or_in_a_comment_does_not_count(folder: Path) -> None:
    (folder / "sorcery.conf").write_text(
        "[res_pjsip] ; types\n;endpoint=config,a.conf\nauth=config,b.conf,criteria=type=auth\n"
        "[other]\naor=config,c.conf\n"
    )
    assert extension_files(folder) == {"endpoint": "pjsip.conf", "auth": "b.conf", "aor": "pjsip.conf"}


def test_extensions_that_pjsip_conf_includes_as_well_are_there_twice(folder: Path) -> None:
    with (folder / "pjsip.conf").open("a") as file:
        file.write(include_line(EXTENSIONS) + "\n")
    assert inclusion_of(folder, EXTENSIONS) == Inclusion(LARGE, times=2)


def test_gateways_that_are_included_in_both_files_are_there_twice_for_the_endpoints(folder: Path) -> None:
    with (folder / LARGE).open("a") as file:
        file.write(include_line(GATEWAYS) + "\n")
    assert inclusion_of(folder, GATEWAYS) == Inclusion(LARGE, times=2)


@pytest.mark.parametrize(("name", "top"), [(EXTENSIONS, LARGE), (GATEWAYS, "pjsip.conf")])
def test_a_missing_line_is_added_where_it_belongs(folder: Path, name: str, top: str) -> None:
    path = folder / top
    path.write_text(path.read_text().replace(include_line(name), ""))
    assert inclusion_of(folder, name).is_missing
    assert add_include(folder, name)
    assert include_line(name) in path.read_text()
    assert inclusion_of(folder, name) == Inclusion(top, times=1)


def test_the_file_that_sorcery_names_has_to_be_there(folder: Path) -> None:
    (folder / LARGE).unlink()
    found = inclusion_of(folder, EXTENSIONS)
    assert found.top == LARGE
    assert found.error


def test_a_wildcard_is_told_from_a_name(without_sorcery: Path) -> None:
    (without_sorcery / "pjsip.conf").write_text('#include "voipadmin/current/pjsip_*.conf"\n')
    assert inclusion_of(without_sorcery, EXTENSIONS) == Inclusion("pjsip.conf", by_wildcard=True)
