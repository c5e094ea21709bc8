"""`python -m tests.bench.data [--records N] [--keep FOLDER]`: fill a PostgreSQL and say what is in it."""

import argparse
import json
import os
import shutil
import signal
import tempfile
from importlib import import_module
from pathlib import Path

from deploy.trial.asterisk_tree import trial_settings
from deploy.trial.engines import fresh_secrets, leave
from deploy.trial.postgres import Postgres
from deploy.trial.valkey import Valkey

ENVIRONMENT = "environment.json"


def main() -> None:
    """Fill, and leave the data in the folder where one is named."""
    parser = argparse.ArgumentParser(description="Fill a database with a carrier's inventory and a year of its calls.")
    parser.add_argument("--records", type=int, default=10_000_000, metavar="N")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where the database stays; a full one is used again"
    )
    parser.add_argument("--pages", action="store_true", help="measure the pages with it (tests/bench/pages.py)")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, leave)
    folder: Path = asked.keep or Path(tempfile.mkdtemp(prefix="voipadmin-"))
    try:
        run(folder, asked.records, pages=asked.pages)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, records: int, *, pages: bool) -> None:
    """Start engines on `folder`, fill them unless they are full, and print the figures and the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    postgres, valkey = Postgres(folder / "postgres", durable=False), Valkey(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        os.environ.update(kept_environment(folder))
        os.environ.update(DATABASE_URL=postgres.url(), REDIS_URL=valkey.url(), VOIPADMIN_ENV_FILE=os.devnull)
        # Models can be imported only now, when Django knows the engines that this run has started.
        filled = import_module("tests.bench.data.kept").fill_once(folder, records)
        print(json.dumps(filled))
        if pages:
            print(import_module("tests.bench.pages").measure_pages(filled).line())
    finally:
        valkey.stop()
        postgres.stop()


def kept_environment(folder: Path) -> dict[str, str]:
    """Return secrets and settings of this data, the same each time: what they encrypted must be readable."""
    path = folder / ENVIRONMENT
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({**fresh_secrets(), **trial_settings()}))
    kept: dict[str, str] = json.loads(path.read_text())
    return {**kept, "DJANGO_SETTINGS_MODULE": "voipadmin.settings", "HTTPS": "false"}


if __name__ == "__main__":
    main()
