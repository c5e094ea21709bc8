"""The generated files, byte for byte. `VOIPADMIN_WRITE_GOLDEN=1` writes them anew; read the difference then."""

import os
from pathlib import Path

import pytest

from asterisk_sync.rendering import FILE_NAMES, marker_context_of, markers, render_files, without_header
from asterisk_sync.rendering.parser import parse_dialplan, parse_pjsip
from tests.rendering.example import example

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return render_files(example(), 7)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_file_is_the_golden_one_byte_for_byte(files: dict[str, str], name: str) -> None:
    if os.environ.get("VOIPADMIN_WRITE_GOLDEN"):
        (GOLDEN / name).write_bytes(files[name].encode())
    assert files[name].encode() == (GOLDEN / name).read_bytes()


def test_the_same_snapshot_gives_the_same_text_and_only_the_header_names_the_generation(files: dict[str, str]) -> None:
    assert render_files(example(), 7) == files
    later = render_files(example(), 8)
    assert later != files
    assert {name: without_header(text) for name, text in later.items()} == {
        name: without_header(text) for name, text in files.items()
    }
    assert all("generation 8" in text.splitlines()[0] for text in later.values())


def test_every_file_ends_with_its_marker(files: dict[str, str]) -> None:
    for name, marker in markers(files).items():
        if name.startswith("pjsip_"):
            last = parse_pjsip(files[name])[-1]
            assert (last.type, last.name) == ("aor", marker)
        else:
            context = list(parse_dialplan(files[name]).values())[-1]
            assert (context.name, list(context.extensions)) == (marker_context_of(name), [marker])


def test_the_example_of_the_specification_is_recognisable(files: dict[str, str]) -> None:
    text = files["pjsip_gateways.conf"]
    assert "; === Gateway: GW_Vivo_SP ===\n[GW_Vivo_SP](gateway)\ntype=endpoint\ncontext=from-trunk\n" in text
    assert "disallow=all\nallow=alaw,ulaw\naors=GW_Vivo_SP\n" in text
    assert "[GW_Vivo_SP]\ntype=aor\ncontact=sip:200.200.200.200:5060\n" in text
    assert "[GW_Vivo_SP]\ntype=identify\nendpoint=GW_Vivo_SP\nmatch=200.200.200.200\n" in text


def test_a_gateway_whose_host_does_not_resolve_is_there_without_identify(files: dict[str, str]) -> None:
    objects = {(item.type, item.name) for item in parse_pjsip(files["pjsip_gateways.conf"])}
    assert ("endpoint", "GW_Lost") in objects
    assert ("identify", "GW_Lost") not in objects


def test_nothing_of_a_disabled_extension_is_in_the_pjsip_file(files: dict[str, str]) -> None:
    assert "u000000000000018" not in files["pjsip_extensions.conf"]
