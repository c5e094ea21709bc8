"""A small disk of its own for the generations of the node: one that can really be full."""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SIZE = "16m"
FILLER = ".filler"
PRIVATE = "VOIPADMIN_FAULTS_PRIVATE_MOUNTS"


def enter_private_mounts() -> None:
    """As root: become a process whose mounts nobody else sees, and which end with it."""
    if os.geteuid() != 0 or PRIVATE in os.environ:
        return
    os.environ[PRIVATE] = "yes"
    # Same arguments, same process number; `-m` is lost from sys.argv.
    arguments = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tests.faults", *sys.argv[1:]]
    os.execvp(arguments[0], arguments)  # noqa: S606 - a list of arguments, no shell


@dataclass(frozen=True)
class SmallDisk:
    """A tmpfs mounted at `folder`."""

    folder: Path

    @staticmethod
    def possible() -> bool:
        """Whether this process may mount without anybody else seeing it."""
        return PRIVATE in os.environ

    def mount(self) -> None:
        """Put the disk there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = f"size={SIZE},mode=0750,nosuid,nodev"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(self.folder)], check=True)

    def unmount(self) -> None:
        """Take it away, with everything on it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def fill(self) -> None:
        """Leave not one byte."""
        with contextlib.suppress(OSError), (self.folder / FILLER).open("ab", buffering=0) as filler:
            while True:
                # The last blocks are smaller than a large write.
                filler.write(bytes(4096))

    def clear(self) -> None:
        """Leave room again."""
        (self.folder / FILLER).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Return what is left."""
        return shutil.disk_usage(self.folder).free
