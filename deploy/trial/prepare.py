"""Brings the demo's database up to date in one process: `python -m deploy.trial.prepare`.

Migrations, the node, the first administrator (whose password is printed this once), demo data, static files.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command


def node_values() -> dict[str, str]:
    """Return the fields of the demo's node, as the environment `VOIPADMIN_DEMO_NODE_*` gives them."""
    prefix = "VOIPADMIN_DEMO_NODE_"
    return {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}


def register_node() -> None:
    """Make the node, or tell it the ports and the secret of this run; everything else is the operator's."""
    # Models can be imported only once Django is set up.
    from asterisk_sync.models import Node  # noqa: PLC0415

    values = node_values()
    node = Node.objects.filter(name=values.pop("name")).first()
    if node is None:
        node = Node(name=os.environ["VOIPADMIN_DEMO_NODE_NAME"])
    for field, value in values.items():
        setattr(node, field, int(value) if field == "ami_port" else value)
    node.full_clean()
    node.save()


def write_configuration() -> None:
    """Without an Asterisk: render the node's files and put them where one would read them."""
    from asterisk_sync.models import Node  # noqa: PLC0415 - as above
    from asterisk_sync.rendering import render_files  # noqa: PLC0415
    from asterisk_sync.snapshot_loader import load_snapshot  # noqa: PLC0415
    from asterisk_sync.writer import NodeFolder  # noqa: PLC0415

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


def collect_static(stamp: Path) -> None:
    """Collect and compress the static files when they, or the packages, changed since the last time."""
    watched = (Path("requirements.lock"), *(path for path in Path("static").rglob("*") if path.is_file()))
    fingerprint = "\n".join(f"{path} {path.stat().st_mtime_ns}" for path in sorted(watched))
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)


def main() -> None:
    """Run the steps in order; any failure ends the demo's start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voipadmin.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    register_node()
    call_command("seed_demo")
    collect_static(Path(sys.argv[1]) / "static.stamp")
    if "VOIPADMIN_DEMO_WRITE_ONLY" in os.environ:
        write_configuration()
    make_admin()


if __name__ == "__main__":
    main()
