"""The process that reads one foreign file, as `apart.py` starts it: without settings, database and secrets."""

import contextlib
import resource
import sys
from pathlib import Path

from voipadmin.core.sheets.files import sheets_of
from voipadmin.core.sheets.lines_of_rows import encoded

LARGEST_OUTPUT_FILE = 0
FIRST_TO_GO = "1000"


def limit(processor_seconds: int, memory: int) -> None:
    """Let the kernel refuse memory past `memory` bytes, end this process after its seconds, and take it first."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT_FILE, LARGEST_OUTPUT_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)


def main() -> None:
    """Read the file on the input within SECONDS and BYTES, the arguments, and write its rows as lines.

    Where time or memory runs out the last line is missing.
    """
    processor_seconds, memory = map(int, sys.argv[1:])
    limit(processor_seconds, memory)
    content = sys.stdin.buffer.read()
    with contextlib.suppress(MemoryError, BrokenPipeError):
        for line in encoded(sheets_of(content)):
            sys.stdout.write(line)
        sys.stdout.flush()
