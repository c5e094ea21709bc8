"""Finds the Asterisk program that sets are tried with: the one that the settings name, or one on the usual paths."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PROGRAMS = ("usr/sbin/asterisk", "usr/local/sbin/asterisk", "opt/asterisk/sbin/asterisk")
MODULE_DIRECTORIES = (
    "usr/lib/*/asterisk/modules",
    "usr/lib/asterisk/modules",
    "usr/lib64/asterisk/modules",
    "usr/local/lib/asterisk/modules",
    "opt/asterisk/lib/asterisk/modules",
)
DATA_DIRECTORIES = (
    "usr/share/asterisk",
    "var/lib/asterisk",
    "usr/local/share/asterisk",
    "opt/asterisk/var/lib/asterisk",
)
PROOF_OF_MODULES = "pbx_config.so"
# Without its own description of the options Asterisk refuses to start.
PROOF_OF_DATA = "documentation"


@dataclass(frozen=True)
class Program:
    """An Asterisk below `root`, which is `/` or a tree to chroot into; the other paths are those inside of it."""

    root: Path
    path: str
    module_dir: str
    data_dir: str

    @property
    def has_own_root(self) -> bool:
        """Tell whether it runs in a tree of its own."""
        return self.root != Path("/")

    def inside(self, path: Path) -> str:
        """Return `path` as Asterisk sees it."""
        return f"/{path.relative_to(self.root)}"


def find_program() -> Program | None:
    """Return the program, None where it or what it needs is not found."""
    root = Path(settings.ASTERISK_ROOT or "/")
    named = [settings.ASTERISK_PROGRAM.lstrip("/")] if settings.ASTERISK_PROGRAM else list(PROGRAMS)
    path = _first(root, named)
    module_dir = _first(root, MODULE_DIRECTORIES, PROOF_OF_MODULES)
    data_dir = _first(root, DATA_DIRECTORIES, PROOF_OF_DATA)
    if not (path and module_dir and data_dir):
        return None
    return Program(root, path, module_dir, data_dir)


def _first(root: Path, patterns: tuple[str, ...] | list[str], proof: str = "") -> str:
    for pattern in patterns:
        for found in sorted(root.glob(pattern)):
            if (found / proof if proof else found).exists():
                return f"/{found.relative_to(root)}"
    return ""
