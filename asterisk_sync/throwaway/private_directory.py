"""The private directory of a throwaway Asterisk: the files of the set, and the few others that it needs to start."""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from asterisk_sync.generations.expected import DIALPLAN_MODULE, PJSIP_MODULE, module_of
from asterisk_sync.throwaway.documentation import FOLDER, options_documented
from asterisk_sync.throwaway.program import Program

PREFIX = "voipadmin-throwaway-"
DIRECTORIES = ("etc", "run", "log", "spool", "var", f"data/{FOLDER}")
STALE_SECONDS = 30.0
# Outside the ranges that Debian and systemd hand out: started by root, Asterisk runs as a user that nobody else is.
UNUSED_ID = 60998
AMI_USER = "throwaway"

MODULES = {
    PJSIP_MODULE: (
        "res_sorcery_config.so",
        "res_sorcery_memory.so",
        "res_sorcery_astdb.so",
        "res_pjproject.so",
        "res_pjsip.so",
        "res_pjsip_endpoint_identifier_ip.so",
        "res_pjsip_outbound_registration.so",
    ),
    DIALPLAN_MODULE: ("pbx_config.so",),
}

_ASTERISK = """[directories]
astetcdir => {place}/etc
astrundir => {place}/run
astlogdir => {place}/log
astspooldir => {place}/spool
astvarlibdir => {place}/var
astdbdir => {place}/var
astkeydir => {place}/var
astagidir => {place}/var
astmoddir => {modules}
astdatadir => {place}/data

[options]
execincludes = no
live_dangerously = no
systemname = throwaway
"""
_LOGGER = "[general]\nlogger_queue_limit = 100000\n\n[logfiles]\nproblems => [json]warning,error\n"
_MANAGER = """[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = 5038

[{user}]
secret = {secret}
read = system
write = system,reporting
writetimeout = 5000
"""
# One transport of each kind: Asterisk makes a registration only where there is a transport for it.
_PJSIP = "".join(
    f"[transport-{protocol}-{version}]\ntype = transport\nprotocol = {protocol}\nbind = {address}:{port}\n\n"
    for protocol, port in (("udp", 5060), ("tcp", 5060), ("tls", 5061))
    for version, address in ((4, "127.0.0.1"), (6, "[::1]"))
)
# As on a node: the large file of extensions is read for the three types that are in it, not for all twelve.
LARGE_FILE = "pjsip_extensions.conf"
_ALL_OBJECTS = "pjsip_with_extensions.conf"
_SORCERY = "[res_pjsip]\n" + "".join(
    f"{kind} = config,{_ALL_OBJECTS},criteria=type={kind}\n" for kind in ("endpoint", "auth", "aor")
)
_EXTENSIONS = "[general]\nstatic = yes\nwriteprotect = yes\nextenpatternmatchnew = no\n\n[globals]\n\n"
# Asterisk warns where one of these is missing.
_PLAIN = {
    "acl.conf": "",
    "ccss.conf": "[general]\ncc_max_requests = 0\n",
    "cdr.conf": "[general]\nenable = no\n",
    "cel.conf": "[general]\nenable = no\n",
    "features.conf": "[general]\n",
    "indications.conf": "[general]\ncountry = us\n\n[us]\ndescription = none\nring = 440/2000,0/4000\n",
    "pjproject.conf": "[startup]\ntype = startup\nlog_level = 2\n",
    "stasis.conf": "[threadpool]\ninitial_size = 5\n",
    "udptl.conf": "[general]\n",
}


@dataclass(frozen=True)
class PrivateDirectory:
    """The directory of one throwaway Asterisk, which runs as `user` (uid, gid), or as we do where that is None."""

    path: Path
    user: tuple[int, int] | None
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def control(self) -> Path:
        """The socket of the console."""
        return self.path / "run" / "asterisk.ctl"

    @property
    def problems(self) -> Path:
        """The log of warnings and errors, an object of JSON in each line."""
        return self.path / "log" / "problems"

    @property
    def output(self) -> Path:
        """What Asterisk prints, which says why it does not start."""
        return self.path / "output"

    def write_configuration(self, program: Program, files: Mapping[str, str], modules: frozenset[str]) -> None:
        """Write the configuration: those of the files that `modules` read, and what makes Asterisk read them."""
        for name in DIRECTORIES:
            (self.path / name).mkdir(parents=True)
        read = {name: text for name, text in files.items() if module_of(name) in modules}
        place = program.inside(self.path)
        written = {
            **_PLAIN,
            **read,
            "asterisk.conf": _ASTERISK.format(place=place, modules=program.module_dir),
            "logger.conf": _LOGGER,
            "manager.conf": _MANAGER.format(user=AMI_USER, secret=self.secret),
            "modules.conf": _modules(modules),
            "pjsip.conf": _PJSIP + _includes(read.keys() - {LARGE_FILE}, PJSIP_MODULE),
            "sorcery.conf": _SORCERY,
            _ALL_OBJECTS: '#include "pjsip.conf"\n' + _includes(read.keys() & {LARGE_FILE}, PJSIP_MODULE),
            "extensions.conf": _EXTENSIONS + _includes(read, DIALPLAN_MODULE),
        }
        for name, text in written.items():
            (self.path / "etc" / name).write_text(text)
        for name, documentation in options_documented(program).items():
            (self.path / "data" / FOLDER / name).write_bytes(documentation)
        if self.user is not None:
            for path in (self.path, *self.path.rglob("*")):
                os.chown(path, *self.user)


def _modules(wanted: frozenset[str]) -> str:
    names = [name for module, needed in MODULES.items() if module in wanted for name in needed]
    return "[modules]\nautoload = no\n" + "".join(f"load = {name}\n" for name in names)


def _includes(names: Iterable[str], module: str) -> str:
    return "".join(f'#include "{name}"\n' for name in sorted(names) if module_of(name) == module)


@contextmanager
def private_directory(program: Program) -> Iterator[PrivateDirectory]:
    """Make a directory and remove it at the end, with those that a killed process left behind; raise OSError."""
    # Short, as the console's socket is in it: the path of a socket has at most 107 bytes.
    parent = program.root / "tmp" if program.has_own_root else Path(tempfile.gettempdir())
    _sweep(parent)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # The kernel releases the lock when this process ends, however it ends: others then remove the directory.
        fcntl.flock(held, fcntl.LOCK_EX)
        yield PrivateDirectory(path, (UNUSED_ID, UNUSED_ID) if os.geteuid() == 0 else None)
    finally:
        os.close(held)
        shutil.rmtree(path, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove directories on which nobody holds the lock: their Asterisk ended with the process that started it."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = path.lstat()
            ours = found.st_uid in {os.geteuid(), UNUSED_ID}
            if ours and time.time() - found.st_mtime > STALE_SECONDS and not _is_held(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_held(path: Path) -> bool:
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False
