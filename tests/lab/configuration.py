"""A hand-written generation, for tests of the laboratory itself and for the yardstick of the benches."""

import os
from pathlib import Path

from deploy.trial.asterisk import AsteriskInstance

GATEWAY = """
[{name}]
type=endpoint
context=from-trunk
disallow=all
allow=alaw
direct_media=no
identify_by=ip
aors={name}

[{name}]
type=aor
contact=sip:{address}

[{name}]
type=identify
endpoint={name}
match={host}
"""
TRUNK = """
[{name}]
type=endpoint
context={context}
disallow=all
allow=alaw
direct_media=no
identify_by=ip

[{name}]
type=identify
endpoint={name}
match={host}
"""
EXTENSION = """
[{user}]
type=endpoint
context=from-internal
disallow=all
allow=alaw
direct_media=no
auth={user}
aors={user}

[{user}]
type=auth
username={user}
password={secret}

[{user}]
type=aor
max_contacts=1
remove_existing=yes
"""


def write_generation(instance: AsteriskInstance, files: dict[str, str]) -> None:
    """Replace the contents of generation 0 and reload what they belong to."""
    folder = instance.config_dir / "voipadmin" / "gen-0"
    for name, text in files.items():
        _write(folder / name, text)
    instance.cli("module reload res_pjsip.so")
    instance.cli("dialplan reload")


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    # Asterisk skips a file whose time of change, in whole seconds, it has seen.
    later = path.stat().st_mtime + 2
    os.utime(path, (later, later))
