"""`make demo`: the whole system on this machine, until Ctrl-C. All state is below var/demo (VOIPADMIN_DEMO_STATE).

The node of the demo is described to `seed_demo` and to the players by the environment:
VOIPADMIN_DEMO_NODE_NAME, _HOST, _AMI_HOST, _AMI_PORT, _AMI_USERNAME, _AMI_SECRET, _ORIGINATE_SECRET, _CONFIG_PATH,
_SPOOL_PATH, _CDR_PATH;
VOIPADMIN_DEMO_SIP_PORT (where it listens) and VOIPADMIN_DEMO_PHONES (the first three numbers of the phones' addresses).
"""

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import AsteriskMissingError, ensure_tree, trial_settings
from deploy.trial.base_config import BaseConfig, write_base_files
from deploy.trial.engines import fresh_secrets, leave
from deploy.trial.ports import free_tcp_port, is_free
from deploy.trial.postgres import Postgres
from deploy.trial.process import (
    Child,
    StartError,
    adopt_orphans,
    die_with_parent,
    kill_descendants,
    start_child,
)
from deploy.trial.traffic.sipp import SippMissingError, sipp_program
from deploy.trial.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = Path(os.environ.get("VOIPADMIN_DEMO_STATE", ROOT / "var" / "demo")).resolve()
NODE_ADDRESS = "127.77.0.1"
PHONES = "127.78.0"
LOG = STATE / "panel.log"
SECRETS = STATE / "secrets.json"
READY_SECONDS = 60.0
# Longer than that of the keeper, which has to end the processes of the panel meanwhile.
GRACE_SECONDS = 15.0


class Demo:
    """Engines, the panel's processes, an Asterisk where possible; everything ends with `stop()`."""

    def __init__(self) -> None:
        self.postgres = Postgres(STATE / "postgres")
        self.valkey = Valkey(STATE / "valkey")
        self.asterisk: AsteriskInstance | None = None
        self.missing: list[str] = []
        self.processes = ["web", "worker", "beat"]
        self.honcho: Child | None = None
        self.http_port = 8000 if is_free("127.0.0.1", 8000) else free_tcp_port()

    @property
    def address(self) -> str:
        """The panel's address."""
        return f"http://127.0.0.1:{self.http_port}/"

    def start(self) -> None:
        """Bring everything up, in the order in which one needs the other."""
        say("Starting PostgreSQL and Valkey")
        self.postgres.start()
        self.valkey.start()
        self._start_asterisk()
        environment = {**os.environ, **self._environment()}
        say("Preparing the database")
        prepare = [sys.executable, "-m", "deploy.trial.prepare", str(STATE)]
        subprocess.run([*die_with_parent(signal.SIGKILL), *prepare], cwd=ROOT, env=environment, check=True)
        say("Starting the panel")
        self._start_processes(environment)
        self._report()

    def _start_asterisk(self) -> None:
        try:
            self.asterisk = asterisk_of_demo()
            if not SECRETS.exists():
                # A new database knows nothing of generations and records that an older one left there.
                self.asterisk.remove()
            self.asterisk.start()
        except AsteriskMissingError as error:
            self.asterisk = None
            self.missing.append(f"Asterisk: {error}")
            write_base_files(STATE / "asterisk" / "etc", BaseConfig(node_name="demo"), frozenset())
            return
        say(f"Asterisk {self.asterisk.cli('core show version').split()[1]} at {NODE_ADDRESS}:{self.asterisk.sip_port}")
        self.processes += ["ami", "cdr", "authorizer"]
        try:
            sipp_program()
        except SippMissingError as error:
            self.missing.append(f"Calls: {error}")
        else:
            self.processes.append("traffic")

    def _environment(self) -> dict[str, str]:
        settings = {
            **kept_secrets(),
            "AUTHORIZER_ADDRESS": f"127.0.0.1:{free_tcp_port()}",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url(),
            "DEBUG": "false",
            "HTTPS": "false",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "ALLOWED_SPECIAL_NETWORKS": "127.0.0.0/8",
            "STATIC_ROOT": str(STATE / "static"),
            **trial_settings(),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }
        env_file = STATE / "env"
        env_file.touch(mode=0o600)
        env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        return {
            **settings,
            **self._node(),
            "VOIPADMIN_ENV_FILE": str(env_file),
            "DJANGO_SETTINGS_MODULE": "voipadmin.settings",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HTTP_ADDRESS": f"127.0.0.1:{self.http_port}",
            "WORKER_QUEUES": "celery,node.demo",
            "PYTHONPATH": str(ROOT),
        }

    def _node(self) -> dict[str, str]:
        home = self.asterisk.home if self.asterisk else STATE / "asterisk"
        cdr_file = self.asterisk.cdr_file if self.asterisk else home / "log" / "cdr-custom" / "voipadmin.csv"
        values = {
            "NAME": "demo",
            "HOST": NODE_ADDRESS,
            "AMI_HOST": "127.0.0.1",
            "AMI_PORT": str(self.asterisk.ami_port if self.asterisk else 5038),
            "AMI_USERNAME": "voipadmin",
            "AMI_SECRET": self.asterisk.config.ami_secret if self.asterisk else secrets.token_hex(16),
            "ORIGINATE_SECRET": self.asterisk.config.ami_originate_secret if self.asterisk else "",
            "CONFIG_PATH": str(home / "etc"),
            "SPOOL_PATH": str(home / "spool" / "outgoing"),
            "CDR_PATH": str(cdr_file),
        }
        node = {f"VOIPADMIN_DEMO_NODE_{name}": value for name, value in values.items()}
        if self.asterisk is None:
            node["VOIPADMIN_DEMO_WRITE_ONLY"] = "yes"
        sip_port = str(self.asterisk.sip_port if self.asterisk else 5060)
        return {**node, "VOIPADMIN_DEMO_SIP_PORT": sip_port, "VOIPADMIN_DEMO_PHONES": PHONES}

    def _start_processes(self, environment: dict[str, str]) -> None:
        keeper = [sys.executable, "-m", "deploy.trial.keeper", "--"]
        honcho = [sys.executable, "-m", "honcho", "start", "--no-colour", "-f", "Procfile", "-e", os.devnull]
        LOG.unlink(missing_ok=True)
        self.honcho = start_child(
            [*die_with_parent(signal.SIGTERM), *keeper, *honcho, *self.processes],
            name="the panel",
            log=LOG,
            env=environment,
            cwd=ROOT,
        )
        self.honcho.wait_until(self._answers, READY_SECONDS)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _report(self) -> None:
        lines = [
            f"Asterisk Admin is ready: {self.address}   (log-in: admin)",
            *(f"Missing - {m}" for m in self.missing),
        ]
        if self.asterisk is None:
            lines.append(
                f"Without Asterisk the configuration is only written: {STATE / 'asterisk' / 'etc' / 'voipadmin'}"
            )
        else:
            lines.append(f"Asterisk console: {self.asterisk.console_command()}")
        lines += [f"What the processes say: {LOG}", "Ctrl-C stops everything."]
        width = max(len(line) for line in lines)
        print("\n".join(["", "=" * width, *lines, "=" * width, ""]), flush=True)

    def wait(self) -> int:
        """Return a status when a process of the panel ends by itself, and with it the others."""
        if self.honcho is None:
            return 1
        status = self.honcho.popen.wait()
        print(f"A process of the panel ended:\n{self.honcho.log_tail(30)}", file=sys.stderr)
        return status or 1

    def stop(self) -> None:
        """End what runs, the other way round; a part that does not end well does not keep the others."""
        with contextlib.ExitStack() as stack:
            stack.callback(kill_descendants, os.getpid())
            stack.callback(self.postgres.stop)
            stack.callback(self.valkey.stop)
            if self.asterisk is not None:
                stack.callback(self.asterisk.stop)
            if self.honcho is not None:
                stack.callback(self.honcho.stop, GRACE_SECONDS)


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"-- {text}", flush=True)


def asterisk_of_demo() -> AsteriskInstance:
    """Return the demo's Asterisk of this checkout; its name is its own in a tree that several share."""
    tree = ensure_tree()
    name = f"demo-{hashlib.sha256(str(STATE).encode()).hexdigest()[:8]}"
    # Where the system's own Asterisk runs as its own user, that user must reach the directories.
    base = (
        None if not tree.is_system else (Path("/var/cache/voipadmin/lab") if os.geteuid() == 0 else STATE / "asterisk")
    )
    sip_port = 5060 if is_free(NODE_ADDRESS, 5060) else 0
    return AsteriskInstance(tree, name, sip_address=NODE_ADDRESS, sip_port=sip_port, base=base)


def kept_secrets() -> dict[str, str]:
    """Return the secrets of this demo, made at its first start."""
    if not SECRETS.exists():
        SECRETS.touch(mode=0o600)
        SECRETS.write_text(json.dumps(fresh_secrets()))
    kept: dict[str, str] = json.loads(SECRETS.read_text())
    return kept


@contextlib.contextmanager
def only_one() -> Iterator[TextIO]:
    """Hold the demo's lock: two demos of one checkout would write into one database."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit("The demo of this checkout is running already.")
        yield lock


def reset() -> None:
    """Forget the demo's state, its Asterisk directories included."""
    with only_one(), contextlib.suppress(AsteriskMissingError):
        asterisk_of_demo().remove()
    shutil.rmtree(STATE)
    say("The demo's state is gone.")


def run() -> int:
    """Run until Ctrl-C, SIGTERM, or until a process of the panel ends."""
    began = time.monotonic()
    demo = Demo()
    try:
        demo.start()
        say(f"Ready after {time.monotonic() - began:.1f} s")
        return demo.wait()
    except KeyboardInterrupt:
        return 0
    except (StartError, subprocess.CalledProcessError) as error:
        print(f"The demo could not start: {error}", file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say("Stopping")
        demo.stop()


def main() -> None:
    """Run the demo, or reset it."""
    parser = argparse.ArgumentParser(description="Run the whole system on this machine.")
    parser.add_argument("--reset", action="store_true", help="forget the demo's state")
    if parser.parse_args().reset:
        reset()
        return
    signal.signal(signal.SIGTERM, leave)
    adopt_orphans()
    with only_one():
        sys.exit(run())


if __name__ == "__main__":
    main()
