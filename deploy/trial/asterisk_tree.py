"""Where the Asterisk program of a trial comes from: named by the environment, the system's, or a private tree."""

import contextlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SHARED_TREE = Path("/var/cache/voipadmin/asterisk")
MARKER = ".voipadmin-complete"
BUILD_COMMAND = (
    "mmdebstrap",
    "--variant=apt",
    # A frozen mirror's Release file has passed its date; the packages are still verified by signature.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--include=asterisk,asterisk-moh-opsound-gsm",
    "forky",
)
# Between the ranges that Debian and systemd hand out.
UNUSED_ID = 60999
PROMPT = "ss-noservice.*"


class AsteriskMissingError(RuntimeError):
    """There is no Asterisk to run; the message says what would bring one."""


@dataclass(frozen=True)
class AsteriskTree:
    """A file system that holds Asterisk: `/` for the system's own, else a directory to chroot into."""

    root: Path

    @property
    def is_system(self) -> bool:
        """Whether this is the machine's own Asterisk."""
        return self.root == Path("/")

    @property
    def program(self) -> str:
        """The path of the program inside the tree."""
        return self._first("usr/sbin/asterisk", "usr/local/sbin/asterisk", "usr/bin/asterisk")

    @property
    def module_dir(self) -> str:
        """The directory of the modules, inside the tree."""
        return self._first("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules", "usr/local/lib/asterisk/modules")

    @property
    def data_dir(self) -> str:
        """The directory of sounds and music, inside the tree."""
        return self._first("usr/share/asterisk", "var/lib/asterisk")

    @property
    def modules(self) -> frozenset[str]:
        """The file names of the modules that exist."""
        return frozenset(path.name for path in (self.root / self.module_dir.lstrip("/")).glob("*.so"))

    def _first(self, *patterns: str) -> str:
        for pattern in patterns:
            for path in sorted(self.root.glob(pattern)):
                return f"/{path.relative_to(self.root)}"
        raise AsteriskMissingError(f"no {patterns[0]} below {self.root}")

    def user(self) -> tuple[int, int]:
        """Return the uid and gid for Asterisk: the system's `asterisk` user, else numbers that nobody has.

        The numbers in a private tree's own passwd may belong to another service of the machine.
        """
        if self.is_system:
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam("asterisk")
                return entry.pw_uid, entry.pw_gid
        return UNUSED_ID, UNUSED_ID

    def lacks(self) -> list[str]:
        """Name what calls need and this tree does not have: prompts, music."""
        sounds = self.root / self.data_dir.lstrip("/")
        wanted = {"the prompt ss-noservice": f"sounds/*/{PROMPT}", "music on hold": "moh/*"}
        return [what for what, pattern in wanted.items() if not any(sounds.glob(pattern))]


def find_tree() -> AsteriskTree:
    """Return the tree to use, without building one; raise AsteriskMissingError with the reason."""
    if named := os.environ.get("VOIPADMIN_ASTERISK_ROOT"):
        return _checked(AsteriskTree(Path(named)))
    if shutil.which("asterisk", path="/usr/sbin:/usr/bin:/usr/local/sbin"):
        return _checked(AsteriskTree(Path("/")))
    if (SHARED_TREE / MARKER).exists():
        if os.geteuid() != 0:
            raise AsteriskMissingError(f"the private tree {SHARED_TREE} needs root (chroot)")
        return _checked(AsteriskTree(SHARED_TREE))
    raise AsteriskMissingError(
        "no Asterisk: install the package `asterisk`, name a tree in VOIPADMIN_ASTERISK_ROOT, "
        "or run `make asterisk` as root, which unpacks a private one with mmdebstrap"
    )


def trial_settings() -> dict[str, str]:
    """Return the setting by which candidate sets are tried with the private tree's Asterisk, where that is used."""
    try:
        tree = find_tree()
    except AsteriskMissingError:
        return {}
    return {} if tree.is_system else {"ASTERISK_ROOT": str(tree.root)}


def _checked(tree: AsteriskTree) -> AsteriskTree:
    tree.program  # noqa: B018 - raises when the tree has no program
    if missing := tree.lacks():
        raise AsteriskMissingError(f"{tree.root} has an Asterisk but lacks {' and '.join(missing)}")
    return tree


def ensure_tree() -> AsteriskTree:
    """Return the tree to use; as root, unpack the shared private one when there is none."""
    try:
        return find_tree()
    except AsteriskMissingError:
        if os.geteuid() != 0 or shutil.which("mmdebstrap") is None or os.environ.get("VOIPADMIN_ASTERISK_ROOT"):
            raise
    print(f"Unpacking a private Asterisk into {SHARED_TREE}, this once", flush=True)
    build_tree(SHARED_TREE)
    return find_tree()


def build_tree(target: Path) -> None:
    """Unpack a private tree beside `target` and rename it into place, so that a half one is never used."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        _run_mmdebstrap(half)
        if missing := AsteriskTree(half).lacks():
            raise AsteriskMissingError(f"the unpacked tree lacks {' and '.join(missing)}")
        (half / MARKER).touch()
        if target.exists():
            target.rename(target.with_name(f"{target.name}.{os.getpid()}.old"))
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(target.with_name(f"{target.name}.{os.getpid()}.old"), ignore_errors=True)


def _run_mmdebstrap(target: Path) -> None:
    # In a terminal the progress is worth seeing; mirrors are those of mmdebstrap's and apt's own configuration.
    outcome = subprocess.run([*BUILD_COMMAND, str(target)], stdin=subprocess.DEVNULL, check=False)
    if outcome.returncode != 0:
        raise AsteriskMissingError(f"mmdebstrap ended with status {outcome.returncode}")


def main() -> None:
    """`make asterisk`: bring a tree and say where it is."""
    tree = ensure_tree()
    print(f"Asterisk: {tree.program} in {tree.root}")


if __name__ == "__main__":
    main()
