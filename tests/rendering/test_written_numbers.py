"""What the dialplan sends as dialled is what the simulator and the check of routes say that it sends."""

import re
from dataclasses import replace

import pytest

from asterisk_sync.rendering import render_files
from routing.numbers import plain_dialled
from routing.route_lines import line_of, written_for
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import example, route
from voipadmin.core.numbers.reading import read_number

WRITTEN = re.compile(r'same => n,Set\(va_written=(?:\$\{IF\(.*?REGEX\("(.*)" \$\{va_plain\}\)|\$\{ARG2\}\))')


def written_by_dialplan(pattern: str, key: str, plain: str) -> str:
    """Return what the dialplan of a route of this pattern writes: what was dialled, or what its line says."""
    files = render_files(replace(example(), routes=(route(31, pattern, 10, "GW_Vivo_SP"),)), 7)
    found = WRITTEN.search(files["extensions_routes.conf"])
    line = line_of(pattern, key, BRAZIL)
    assert found is not None
    assert line is not None
    expression = found.group(1)
    return plain if plain and expression and re.search(expression, plain) else line.dialled(key)


@pytest.mark.parametrize("dialled", ["011987654321", "01511987654321", "0151134001234", "01187654321"])
@pytest.mark.parametrize("pattern", ["_0ZZ.", "_0ZZX!", "_0.", "_X."])
def test_the_dialplan_writes_a_number_as_the_simulator_says(pattern: str, dialled: str) -> None:
    key = read_number(dialled, BRAZIL).key
    plain = plain_dialled(dialled, BRAZIL)
    assert written_by_dialplan(pattern, key, plain) == written_for(pattern, key, plain, BRAZIL)
