"""Brings the demo's database up to date in one process: `python -m deploy.trial.prepare`.

Migrations, demo data with the node, static files, the first administrator (whose password is printed this once).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from deploy.trial.process import die_with_parent


def write_configuration() -> None:
    """Without an Asterisk: render the node's files and put them where one would read them."""
    # Models can be imported only once Django is set up.
    from asterisk_sync.generations.folder import NodeFolder  # noqa: PLC0415
    from asterisk_sync.models import Node  # noqa: PLC0415
    from asterisk_sync.rendering import render_files  # noqa: PLC0415
    from asterisk_sync.snapshot.loader import load_snapshot  # noqa: PLC0415

    node = Node.objects.get(name=os.environ["VOIPADMIN_DEMO_NODE_NAME"])
    folder = NodeFolder(Path(node.config_path))
    files = render_files(load_snapshot(node), node.desired_generation)
    folder.switch(folder.write(node.desired_generation, files, unchanged_from={}))
    folder.prune(())


def make_admin() -> None:
    """Create the first administrator where there is none; the command prints the password."""
    from voipadmin.users.models import User  # noqa: PLC0415 - as above

    if User.objects.filter(is_superuser=True).exists():
        print("Log in as admin with the password that was shown at the first start.")
        print("(Forgotten: VOIPADMIN_ENV_FILE=var/demo/env .venv/bin/python manage.py create_admin --reset)")
        return
    call_command("create_admin", username="admin")


@contextmanager
def collected_static(stamp: Path) -> Iterator[None]:
    """Collect and compress the static files meanwhile, when they or the packages changed since the last time."""
    watched = (Path("requirements.lock"), *(path for path in Path("static").rglob("*") if path.is_file()))
    fingerprint = "\n".join(f"{path} {path.stat().st_mtime_ns}" for path in sorted(watched))
    if stamp.exists() and stamp.read_text() == fingerprint:
        yield
        return
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    with subprocess.Popen([*die_with_parent(signal.SIGKILL), *command]) as collecting:
        yield
    if collecting.returncode != 0:
        sys.exit(f"collectstatic ended with status {collecting.returncode}")
    stamp.write_text(fingerprint)


def main() -> None:
    """Run the steps in order; any failure ends the demo's start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voipadmin.settings")
    with collected_static(Path(sys.argv[1]) / "static.stamp"):
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo")
    if "VOIPADMIN_DEMO_WRITE_ONLY" in os.environ:
        write_configuration()
    make_admin()


if __name__ == "__main__":
    main()
