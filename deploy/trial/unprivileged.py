"""Running a program without root's powers, wherever the clone lies.

PostgreSQL refuses to run as root. Below a folder that only root may enter, an unprivileged program could not even
reach its own binaries; opening the folder to everyone would be the wrong cure. Instead the program gets a private
mount namespace in which its two directories appear on a path that it may walk.
"""

import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.trial.process import die_with_parent

USER = "nobody"
# Any of these always exists; the namespace is private, so that nobody else sees what is mounted there.
STAGES = (Path("/mnt"), Path("/media"), Path("/srv"))
_MOUNT_AND_RUN = """set -e
mount -t tmpfs -o mode=0755,nosuid,nodev none "$1"
mkdir "$1/programs" "$1/home"
mount --bind "/proc/self/fd/8" "$1/programs"
mount --bind "/proc/self/fd/9" "$1/home"
cd /
shift
exec 8<&- 9<&- "$@"
"""
_OPEN_FIRST = 'exec 8<"$1" 9<"$2"; shift 2; exec unshare --mount --propagation private sh -c "$@"'


class StagingError(RuntimeError):
    """The machine allows neither the plain way nor the private mount namespace."""


@dataclass(frozen=True)
class Quarters:
    """How to run the programs below `programs` on the data below `home` as an unprivileged user."""

    programs: Path
    home: Path
    uid: int | None
    stage: Path | None

    def own(self, path: Path) -> None:
        """Give `path` to the user that the programs run as."""
        if self.uid is not None:
            os.chown(path, self.uid, pwd.getpwuid(self.uid).pw_gid)

    def path(self, path: Path) -> str:
        """Return `path` as the program sees it."""
        if self.stage is None:
            return str(path)
        for name, origin in (("programs", self.programs), ("home", self.home)):
            if path.is_relative_to(origin):
                return str(self.stage / name / path.relative_to(origin))
        return str(path)

    def command(self, program: Path, *arguments: str, stop_signal: signal.Signals) -> list[str]:
        """Return the argument vector that runs `program`; one process from end to end, so that signals reach it."""
        run = [*die_with_parent(stop_signal, *self._identity()), self.path(program), *arguments]
        if self.stage is None:
            return run
        opened = [str(self.programs), str(self.home), _MOUNT_AND_RUN, "sh", str(self.stage)]
        return ["sh", "-c", _OPEN_FIRST, "sh", *opened, *run]

    def _identity(self) -> list[str]:
        if self.uid is None:
            return []
        gid = pwd.getpwuid(self.uid).pw_gid
        return ["--reuid", str(self.uid), "--regid", str(gid), "--clear-groups"]


def find_quarters(programs: Path, home: Path) -> Quarters:
    """Return the way to run `programs` on `home`: as oneself, as nobody, or as nobody in a private namespace."""
    programs, home = programs.resolve(), home.resolve()
    if os.geteuid() != 0:
        return Quarters(programs, home, uid=None, stage=None)
    uid = pwd.getpwnam(USER).pw_uid
    plain = Quarters(programs, home, uid=uid, stage=None)
    if _reachable(plain):
        return plain
    stage = next(
        path for path in STAGES if path.is_dir() and not (programs.is_relative_to(path) or home.is_relative_to(path))
    )
    staged = Quarters(programs, home, uid=uid, stage=stage)
    if not _reachable(staged):
        raise StagingError(
            f"{USER} can enter neither {programs} nor {home}, and this machine allows no mount namespace: "
            "move the clone below a folder that others may enter"
        )
    return staged


def _reachable(quarters: Quarters) -> bool:
    probe = 'test -x "$1" && test -x "$2"'
    command = quarters.command(
        Path("/bin/sh"), "-c", probe, "sh", quarters.path(quarters.programs), quarters.path(quarters.home),
        stop_signal=signal.SIGKILL,
    )  # fmt: skip
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
