import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.cdrs.files import spool_follower
from billing.cdrs.files.spool_follower import SpoolFollower
from billing.cdrs.files.spool_import import SpoolImporter
from billing.models import Cdr, RejectedRecord
from tests.billing.spool_lines import spool_line

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture(autouse=True)
def settled() -> Iterator[None]:
    with patch.object(spool_follower, "SETTLING_SECONDS", -1.0):
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "voipadmin.csv"


def append(path: Path, *content: bytes) -> None:
    with path.open("ab") as file:
        file.writelines(content)


def poll(follower: SpoolFollower) -> int:
    return sum(summary.imported for summary in follower.poll())


def test_a_follower_imports_what_is_written_and_waits_for_a_file_that_is_not_there(path: Path) -> None:
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    assert poll(follower) == 0
    append(path, spool_line(), spool_line()[:50])
    assert poll(follower) == 1
    assert poll(follower) == 0
    follower.close()


def test_nothing_is_asked_of_the_database_while_nothing_is_written(path: Path) -> None:
    append(path, spool_line())
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    poll(follower)
    with CaptureQueriesContext(connection) as queries:
        poll(follower)
    assert len(queries) == 0
    follower.close()


def test_what_is_written_around_a_rotation_is_imported(path: Path) -> None:
    append(path, spool_line())
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    poll(follower)
    append(path, spool_line())
    rotated = path.rename(path.with_name("voipadmin.csv.1"))
    append(rotated, spool_line())
    append(path, spool_line())
    poll(follower)
    poll(follower)
    assert Cdr.objects.count() == 4
    follower.close()


def test_what_was_rotated_away_while_nobody_followed_is_imported(path: Path) -> None:
    for name in ("voipadmin.csv.2", "voipadmin.csv.1", "voipadmin.csv-20261122", "voipadmin.csv"):
        append(path.with_name(name), spool_line())
    append(path.with_name("voipadmin.csv.bak"), spool_line())
    path.with_name("voipadmin.csv.3.gz").write_bytes(gzip.compress(spool_line()))
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    poll(follower)
    assert Cdr.objects.count() == 4
    follower.close()


def test_two_rotations_between_two_looks_lose_nothing(path: Path) -> None:
    append(path, spool_line())
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    poll(follower)
    path.rename(path.with_name("voipadmin.csv.2"))
    append(path, spool_line())
    path.rename(path.with_name("voipadmin.csv.1"))
    append(path, spool_line())
    poll(follower)
    poll(follower)
    assert Cdr.objects.count() == 3
    follower.close()


def test_half_a_line_at_the_end_of_a_rotated_file_is_kept_aside(path: Path) -> None:
    append(path, spool_line(), spool_line()[:90])
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    path.rename(path.with_name("voipadmin.csv.1"))
    append(path, spool_line())
    poll(follower)
    poll(follower)
    assert (Cdr.objects.count(), RejectedRecord.objects.count()) == (2, 1)
    follower.close()


def test_a_truncated_file_goes_on_from_its_beginning(path: Path) -> None:
    append(path, spool_line(), spool_line())
    follower = SpoolFollower(SpoolImporter("pbx1"), path)
    poll(follower)
    os.truncate(path, 0)
    append(path, spool_line())
    assert poll(follower) == 1
    follower.close()


class History:
    """A spool to which things happen; it knows how many whole lines were ever written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: list[bytes] = []
        self.half = b""
        self.rotations = 0
        self.follower = SpoolFollower(SpoolImporter("pbx1", batch_lines=2), path)

    def line(self) -> None:
        """Write a line, or the other half of the one that was begun."""
        whole = self.half or spool_line()
        append(self.path, whole[50:] if self.half else whole)
        self.written.append(whole)
        self.half = b""

    def begin_line(self) -> None:
        """Write half a line."""
        if not self.half:
            self.half = spool_line()
            append(self.path, self.half[:50])

    def rotate(self) -> None:
        """Move the file away, as logrotate does between two records."""
        if self.path.exists() and not self.half:
            self.rotations += 1
            self.path.rename(self.path.with_name(f"voipadmin.csv.{self.rotations}"))

    def poll(self) -> None:
        """Let the follower look."""
        poll(self.follower)

    def truncate(self) -> None:
        """Empty the file once all of it was read."""
        if self.path.exists() and not self.half:
            self.poll()
            self.poll()
            os.truncate(self.path, 0)

    def restart(self) -> None:
        """Let another process take over."""
        self.follower.close()
        self.follower = SpoolFollower(SpoolImporter("pbx1", batch_lines=3), self.path)

    def replay(self) -> None:
        """Append everything that was ever written once more."""
        if not self.half:
            append(self.path, *self.written)


HAPPENINGS = [History.line, History.begin_line, History.rotate, History.poll, History.truncate, History.restart,
              History.replay]  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(happenings=st.lists(st.sampled_from(HAPPENINGS), max_size=25))
def test_whatever_happens_to_the_file_each_whole_line_is_one_record(
    happenings: list[Callable[[History], None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    Cdr.objects.all().delete()
    history = History(tmp_path_factory.mktemp("spool") / "voipadmin.csv")
    for happening in happenings:
        happening(history)
    if history.half:
        history.line()
    for _look in range(3):
        history.poll()
    history.follower.close()
    assert Cdr.objects.count() == len(history.written)
    assert RejectedRecord.objects.count() == 0
