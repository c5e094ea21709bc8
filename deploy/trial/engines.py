"""Throw-away engines around one command: `python -m deploy.trial.engines -- python manage.py check --deploy`."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from deploy.trial.asterisk_tree import trial_settings
from deploy.trial.postgres import Postgres
from deploy.trial.valkey import Valkey


def fresh_secrets() -> dict[str, str]:
    """Return new values for the secrets that the settings ask for."""
    return {name: secrets.token_hex(32) for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEY", "JWT_SECRET_KEY")}


@contextmanager
def throw_away_engines() -> Iterator[dict[str, str]]:
    """Run PostgreSQL and Valkey in a temporary directory; yield the environment that points to them."""
    folder = Path(tempfile.mkdtemp(prefix="voipadmin-"))
    folder.chmod(0o755)
    postgres, valkey = Postgres(folder / "postgres", durable=False), Valkey(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        own = {"DATABASE_URL": postgres.url(), "REDIS_URL": valkey.url(), "VOIPADMIN_ENV_FILE": os.devnull}
        yield {**fresh_secrets(), **trial_settings(), **own}
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def leave(_signal: int, _frame: FrameType | None) -> None:
    """Turn SIGTERM into an orderly end."""
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    """Run the command after `--`; end with its status."""
    command = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    if not command:
        sys.exit("usage: python -m deploy.trial.engines -- COMMAND ...")
    signal.signal(signal.SIGTERM, leave)
    with throw_away_engines() as environment:
        status = subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
    sys.exit(status)


if __name__ == "__main__":
    main()
