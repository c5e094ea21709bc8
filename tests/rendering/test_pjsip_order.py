"""What Asterisk's own searches make expensive: the order of identifies, and templates far into a file."""

import dataclasses

from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import parse_pjsip
from asterisk_sync.rendering.sections import parse_sections
from tests.rendering.example import gateway
from tests.rendering.many import many

# The first and the last names that a gateway can have, by the characters that they begin with.
NAMES = ("-a", "_a", "0", "9z", "Z", "a", "trunk", "zz")


def test_identifies_come_in_descending_order_over_both_files_whatever_gateways_are_called() -> None:
    gateways = tuple(gateway(place, name, f"198.51.100.{place + 1}") for place, name in enumerate(NAMES))
    files = render_files(dataclasses.replace(many(trunks=30, extensions=10), gateways=gateways), 1)
    text = files["pjsip_gateways.conf"] + files["pjsip_customer_trunks.conf"]
    names = [item.name for item in parse_pjsip(text) if item.type == "identify"]
    assert len(names) == len(NAMES) + 30
    assert names == sorted(names, reverse=True)


def test_nothing_that_there_are_thousands_of_names_a_template() -> None:
    files = render_files(many(trunks=30, extensions=30), 1)
    for name in ("pjsip_customer_trunks.conf", "pjsip_extensions.conf"):
        assert not [section.name for section in parse_sections(files[name]) if section.bases or section.is_template]
