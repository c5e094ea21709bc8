"""Runs a command and leaves nothing of it behind, however it ends: `python -m deploy.trial.keeper -- COMMAND ...`.

1. Whatever the command's processes leave behind becomes a child of this one, even in sessions of their own.
2. When the command ends, or this process is asked to, or its parent is killed, the command is asked to end.
3. What is left after that is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys

from deploy.trial.engines import leave
from deploy.trial.process import adopt_orphans, die_with_parent, kill_descendants

GRACE_SECONDS = 12.0


def main() -> None:
    """Run the command after `--`; end with its status."""
    command = sys.argv[sys.argv.index("--") + 1 :]
    adopt_orphans()
    signal.signal(signal.SIGTERM, leave)
    running: subprocess.Popen[bytes] | None = None
    try:
        running = subprocess.Popen([*die_with_parent(signal.SIGTERM), *command])
        status = running.wait()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if running is not None and running.poll() is None:
            running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(GRACE_SECONDS)
        kill_descendants(os.getpid())
    sys.exit(status)


if __name__ == "__main__":
    main()
