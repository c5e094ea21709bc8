"""The difference of two sets: applying it to the one gives the other, it hides every secret, and it is fast."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterisk_sync.generations.diff import LONGEST_DIFF, MASK, diff_of_file, diff_of_sets

pytestmark = pytest.mark.slow(seconds=1)

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")

# Few different lines, so that they repeat, move and come back; some open sections.
lines = st.sampled_from(["a=1", "a=2", "b=1", "", "[x]", "[y]", "; z", "\u2028", "exten => 1,1,NoOp()"])
texts = st.tuples(st.lists(lines, max_size=40).map("\n".join), st.sampled_from(["", "\n"])).map("".join)


def apply(text: str, diff: str) -> str:
    """Apply a unified difference as `patch` does, and insist on every line that it names."""
    old = re.findall(r"[^\n]*\n|[^\n]+$", text)
    new: list[str] = []
    taken = 0
    body = re.findall(r"[^\n]*\n", diff)[2:]
    for index, line in enumerate(body):
        ended = body[index + 1 : index + 2] != ["\\ No newline at end of file\n"]
        content = line[1:] if ended else line[1:-1]
        if match := HUNK.fullmatch(line):
            begin = int(match[1]) - (1 if match[2] != "0" else 0)
            new += old[taken:begin]
            taken = begin
            assert len(new) == int(match[3]) - (1 if match[4] != "0" else 0)
        elif line[0] in " -":
            assert old[taken] == content
            new += [content] if line[0] == " " else []
            taken += 1
        elif line[0] == "+":
            new.append(content)
    return "".join(new + old[taken:])


@settings(max_examples=500)
@given(texts, texts)
def test_applied_to_the_old_text_it_gives_the_new_one(before: str, after: str) -> None:
    assert apply(before, "".join(diff_of_file(before, after, "x.conf"))) == after


@given(st.lists(st.integers(0, 400), max_size=12), st.randoms(use_true_random=False))
def test_it_names_only_what_differs_in_a_text_of_many_sections(changed: list[int], rng: random.Random) -> None:
    old = [f"[s{number}]\nkey={number}\nother={number}\n" for number in range(400)]
    new = list(old)
    for number in changed:
        new.insert(min(number, len(new)), f"[n{rng.random()}]\nkey=1\n")
        del new[rng.randrange(len(new))]
    diff = "".join(diff_of_file("".join(old), "".join(new), "x.conf"))
    assert apply("".join(old), diff) == "".join(new)
    assert len(re.findall(r"^[-+]\S", diff, re.MULTILINE)) <= 2 + 6 * len(changed)


def test_equal_sets_have_none_and_each_file_that_differs_is_named() -> None:
    assert diff_of_sets({"a": "x\n", "b": "y\n"}, {"a": "x\n", "b": "y\n"}) == ""
    diff = diff_of_sets({"a": "x\n", "b": "y\n"}, {"b": "z\n", "c": "new\n"})
    assert [line for line in diff.splitlines() if line.startswith(("---", "+++"))] == [
        *("--- a/a", "+++ b/a"),
        *("--- a/b", "+++ b/b"),
        *("--- a/c", "+++ b/c"),
    ]
    assert "@@ -1 +0,0 @@\n-x\n" in diff
    assert "@@ -0,0 +1 @@\n+new\n" in diff


def test_secrets_are_hidden_wherever_they_stand() -> None:
    before = "[a]\npassword=hunter2\nmd5_cred = 0123\n[b]\ntype=auth\n"
    after = "[a]\npassword=hunter3\nmd5_cred = 0123\n[b]\ntype=aor\nsecret=>x\n"
    diff = diff_of_sets({"x": before}, {"x": after})
    for secret in ("hunter", "0123", "=>x"):
        assert secret not in diff
    assert diff.count(MASK) == 4


def test_a_very_long_one_is_cut() -> None:
    diff = diff_of_sets({}, {"x": "".join(f"line {number}\n" for number in range(100_000))})
    assert len(diff) <= LONGEST_DIFF + len("\n…\n")
    assert diff.endswith("\n…\n")


def test_changes_at_both_ends_of_a_hundred_thousand_lines_take_a_moment() -> None:
    old = [f"exten => {number},1,Gosub(x,s,1({number}))\n" for number in range(100_000)]
    new = ["; first\n", *old[1:-1], "; last\n"]
    began = time.process_time()
    diff = diff_of_sets({"x": "".join(old)}, {"x": "".join(new)})
    assert time.process_time() - began < 2
    assert diff.count("\n@@") == 2
    assert len(diff.splitlines()) == 2 + 2 * (1 + 4)
