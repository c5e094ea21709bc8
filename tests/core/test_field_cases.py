"""Each case of the field is kept as a test under its number."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The lists below tests/billing/decks/field carry them in golden files.
BY_FILE = "## Price lists"


def test_each_case_is_named_by_a_test() -> None:
    sections = re.split(r"^(?=## )", (ROOT / "docs/field.md").read_text(), flags=re.MULTILINE)
    cases = [
        case
        for section in sections
        if not section.startswith(BY_FILE)
        for case in re.findall(r"^\| ([A-Z]\d+) \|", section, re.MULTILINE)
    ]
    assert len(cases) > 40
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"\b[A-Z]\d+\b", tests)) | {
        name.upper() for name in re.findall(r"[_\"]([nio]\d+)[_\"]", tests)
    }
    assert [case for case in cases if case not in named] == []
