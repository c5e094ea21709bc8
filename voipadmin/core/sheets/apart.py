"""Files of rows read in a process of its own: what a hostile file costs is bounded, and the panel does not wait for it.

1. The file goes to a process that runs `reader.py`, without the panel's environment, settings and secrets.
2. That process limits its own memory and processor time before it looks at the first byte; the kernel ends it there.
3. Rows come back as lines of JSON: text, numbers, truth values and dates, nothing else, and each is checked.
4. Past the deadline, or where more comes back than a list has, it is killed.
"""

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from voipadmin.core.sheets import files, lines_of_rows
from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import FileError
from voipadmin.environment import BASE_DIR

log = structlog.get_logger(__name__)

MIB = 1024 * 1024
PIECE = 1 * MIB
LONGEST_LINE = 32 * MIB
# The reader without what `import voipadmin` brings along: Celery would be most of its start.
START = """
import sys, types
package = types.ModuleType("voipadmin")
package.__path__ = ["voipadmin"]
sys.modules["voipadmin"] = package
from voipadmin.core.sheets.reader import main
main()
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: seconds of processor, seconds on the clock, bytes of address space and of lines.

    The lines count because their rows are kept by whoever asked: each takes several times its bytes there.
    """

    processor_seconds: int
    clock_seconds: float
    memory: int
    result: int


# A worker reads the longest lists there are; a page waits for its answer.
FOR_A_WORKER = Limits(processor_seconds=120, clock_seconds=480, memory=2048 * MIB, result=512 * MIB)
FOR_A_PAGE = Limits(processor_seconds=20, clock_seconds=60, memory=1024 * MIB, result=64 * MIB)


def read_rows(content: bytes, limits: Limits) -> list[list[Cell]]:
    """Return the rows of a CSV file, or of the first sheet of an XLSX file; raise FileError."""
    return next(iter(read_sheets(content, limits).values()))


def read_sheets(content: bytes, limits: Limits) -> dict[str, list[list[Cell]]]:
    """Return the sheets of a CSV or XLSX file by name, each with its rows, the first at index 0; raise FileError."""
    files.check_beginning(content)
    sheets: dict[str, list[list[Cell]]] = {}
    try:
        with _reader(content, limits) as process:
            for name, rows in lines_of_rows.decoded(_lines(process, limits)):
                sheets.setdefault(name, []).extend(rows)
    except lines_of_rows.UnreadableError as error:
        log.warning("sheets.file_not_read", size=len(content), reader_ended_with=process.returncode)
        raise FileError("too_heavy") from error
    return files.filled(sheets)


@contextmanager
def _reader(content: bytes, limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process with the file as its input; it is gone when the block is left."""
    command = [sys.executable, "-c", START, str(limits.processor_seconds), str(limits.memory)]
    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.seek(0)
        process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=BASE_DIR,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _lines(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[bytes]:
    """Yield what the process writes, line by line; raise UnreadableError where it is too late, too much or too long."""
    rest, total = bytearray(), 0
    for piece in _pieces(process, time.monotonic() + limits.clock_seconds):
        total += len(piece)
        first, *more = piece.split(b"\n")
        rest += first
        if total > limits.result or len(rest) > LONGEST_LINE:
            raise lines_of_rows.UnreadableError
        for part in more:
            yield bytes(rest)
            rest = bytearray(part)


def _pieces(process: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            piece = os.read(process.stdout.fileno(), PIECE)
            if not piece:
                return
            yield piece
    raise lines_of_rows.UnreadableError
