"""One running Asterisk with directories, addresses and secrets of its own; several run side by side."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trial.asterisk_tree import AsteriskTree
from deploy.trial.base_config import BaseConfig, write_base_files
from deploy.trial.ports import free_sip_port, free_tcp_port
from deploy.trial.process import Child, StartError, die_with_parent, start_child

BOOT_SECONDS = 60.0
CLI_SECONDS = 30.0
RTP_BLOCK = 1000


@dataclass
class AsteriskInstance:
    """An Asterisk below `tree`, named so that its directories are its own.

    `home` is where the directories are as this program sees them; Asterisk itself may see them from a chroot.
    """

    tree: AsteriskTree
    name: str
    sip_address: str = "127.0.0.1"
    sip_port: int = 0
    ami_address: str = "127.0.0.1"
    ami_port: int = 0
    base: Path | None = None
    config: BaseConfig = field(init=False)
    child: Child | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Choose free ports where none were given."""
        self.sip_port = self.sip_port or free_sip_port(self.sip_address)
        self.ami_port = self.ami_port or free_tcp_port(self.ami_address)
        inside = self._inside(self.home)
        rtp_start = random.randrange(20000, 60000, RTP_BLOCK)  # noqa: S311 - spreads ports, hides nothing
        self.config = BaseConfig(
            node_name=self.name,
            etc_dir=f"{inside}/etc",
            var_dir=f"{inside}/var",
            spool_dir=f"{inside}/spool",
            run_dir=f"{inside}/run",
            log_dir=f"{inside}/log",
            data_dir=self.tree.data_dir,
            module_dir=self.tree.module_dir,
            sip_address=self.sip_address,
            sip_port=self.sip_port,
            ami_address=self.ami_address,
            ami_port=self.ami_port,
            rtp_start=rtp_start,
            rtp_end=rtp_start + RTP_BLOCK - 1,
            udptl_start=rtp_start,
            udptl_end=rtp_start + 99,
        )

    @property
    def home(self) -> Path:
        """The directory that holds etc, var, spool, log and run."""
        return (self.base if self.base is not None else self.tree.root / "lab") / self.name

    @property
    def config_dir(self) -> Path:
        """The configuration directory; the generated files are in `voipadmin/current` below it."""
        return self.home / "etc"

    @property
    def spool_dir(self) -> Path:
        """The spool directory: call files in `outgoing`."""
        return self.home / "spool"

    @property
    def cdr_dir(self) -> Path:
        """The directory of `voipadmin.csv`, the call records."""
        return self.home / "log" / "cdr-custom"

    @property
    def cdr_file(self) -> Path:
        """The call records."""
        return self.cdr_dir / "voipadmin.csv"

    @property
    def log_file(self) -> Path:
        """The notices, warnings and errors of this instance."""
        return self.home / "log" / "messages.log"

    @property
    def sip(self) -> tuple[str, int]:
        """The SIP address and port."""
        return self.sip_address, self.sip_port

    def prepare(self) -> None:
        """Write the base files and the directories; a generation that is already there stays."""
        self._name_the_host()
        for directory in ("var", "spool/outgoing", "spool/tmp", "log/cdr-custom", "log/cdr-csv", "run"):
            (self.home / directory).mkdir(parents=True, exist_ok=True)
        write_base_files(self.config_dir, self.config, self.tree.modules)
        self._hand_over()

    def _hand_over(self) -> None:
        """As root: the service user owns what it writes and reads, by its group, what it must not change."""
        user = self._service_user()
        if user is None:
            return
        uid, gid = user
        self.home.chmod(0o755)
        for top in ("var", "spool", "log", "run"):
            for path in (self.home / top, *(self.home / top).rglob("*")):
                os.chown(path, uid, gid, follow_symlinks=False)
        for path in (self.config_dir, *self.config_dir.rglob("*")):
            os.chown(path, 0, gid, follow_symlinks=False)
        # setgid: what the worker writes later belongs to Asterisk's group too.
        self.config_dir.chmod(0o2750)
        for path in (self.config_dir / "voipadmin").rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o2750)
        (self.config_dir / "voipadmin").chmod(0o2750)

    def _service_user(self) -> tuple[int, int] | None:
        return self.tree.user() if os.geteuid() == 0 else None

    def _name_the_host(self) -> None:
        """Make the machine's name resolve inside a private tree: each call would wait for DNS otherwise."""
        if self.tree.is_system:
            return
        hosts = self.tree.root / "etc/hosts"
        known = hosts.read_text() if hosts.exists() else "127.0.0.1 localhost\n"
        line = f"127.0.0.1 {socket.gethostname()}"
        if line not in known.splitlines():
            known += line + "\n"
        if not hosts.exists() or hosts.read_text() != known:
            hosts.write_text(known)

    def start(self) -> None:
        """Start and wait until every module is loaded; the files of `prepare()` are written first."""
        if self.child is not None and self.child.alive:
            return
        self.prepare()
        (self.home / "run/asterisk.ctl").unlink(missing_ok=True)
        command = [*self._enter(as_service=True), self.tree.program, "-f", "-C", self._config_file()]
        self.child = start_child(
            command,
            name=f"asterisk {self.name}",
            log=self.home / "console.log",
            env=self._environment(),
            cwd=Path("/"),
        )
        self.child.wait_until(self._booted, BOOT_SECONDS)

    def _booted(self) -> bool:
        return "fully booted" in self._try_cli("core waitfullybooted")

    def stop(self) -> None:
        """Hang up and end; sure, whatever state Asterisk is in."""
        if self.child is not None:
            if self.child.alive:
                self._try_cli("core stop now")
            self.child.stop()
            self.child = None

    def kill(self) -> None:
        """End without a goodbye, as a crash does."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    def remove(self) -> None:
        """Stop and delete the directories."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether the program runs."""
        return self.child is not None and self.child.alive

    def cli(self, command: str) -> str:
        """Run one console command and return what it printed."""
        outcome = self._remote(command)
        if outcome.returncode != 0:
            raise StartError(f"asterisk -rx {command!r}: status {outcome.returncode}: {outcome.stderr.strip()}")
        return outcome.stdout

    def _try_cli(self, command: str) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            outcome = self._remote(command)
            return outcome.stdout if outcome.returncode == 0 else ""
        return ""

    def _remote(self, command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self._enter(as_service=False), self.tree.program, "-C", self._config_file(), "-rx", command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CLI_SECONDS,
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def wait_for(self, command: str, text: str, seconds: float = 10.0) -> str:
        """Repeat a console command until its output holds `text`; return that output."""
        deadline = time.monotonic() + seconds
        while text not in (output := self.cli(command)):
            if time.monotonic() > deadline:
                raise StartError(f"{command!r} did not show {text!r} within {seconds:.0f} s:\n{output}")
            time.sleep(0.1)
        return output

    def console_command(self) -> str:
        """Return what an operator types for the console."""
        return " ".join([*self._enter(as_service=False), self.tree.program, "-C", self._config_file(), "-r"])

    def channels_up(self) -> int:
        """Return the number of channels."""
        first = self.cli("core show channels count").split()
        return int(first[0])

    def _enter(self, *, as_service: bool) -> list[str]:
        chroot = [] if self.tree.is_system else ["chroot", str(self.tree.root)]
        if not as_service:
            return chroot
        user = self._service_user()
        # Inside the chroot, and after the change of user, which would take the parent-death signal away.
        identity = ["--reuid", str(user[0]), "--regid", str(user[1]), "--clear-groups"] if user else []
        return [*chroot, *die_with_parent(signal.SIGTERM, *identity)]

    def _config_file(self) -> str:
        return f"{self.config.etc_dir}/asterisk.conf"

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.config.var_dir, "LANG": "C.UTF-8"}

    def _inside(self, path: Path) -> str:
        return f"/{path.relative_to(self.tree.root)}"
