"""The generation folder of a node: a directory for each set, and one link that says which of them is live.

`CONFIG_PATH/voipadmin/gen-N/` holds the files and `manifest.json`; `current` is a relative link to one of these
directories. It is replaced by a rename, so that at any moment Asterisk finds either the old set or the new one.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = "voipadmin"
CURRENT = "current"
MANIFEST = "manifest.json"
FILE_MODE = 0o640
FOLDER_MODE = 0o750
KEPT_DIRECTORIES = 5


def digest(text: str) -> str:
    """Return the SHA-256 of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_set(files: Mapping[str, str]) -> str:
    """Return one hash for a whole set of files."""
    listing = "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files))
    return digest(listing)


@dataclass(frozen=True)
class DiskState:
    """The directory that the link names, empty without a link, and the hash of each of its files that can be read."""

    directory: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)

    def differs_from(self, files: Mapping[str, str]) -> list[str]:
        """Return the names of the files that are missing or have another hash than in `files` (name -> hash)."""
        return sorted(name for name, expected in files.items() if self.hashes.get(name) != expected)


@dataclass(frozen=True)
class NodeFolder:
    """The generation folder below one configuration directory of Asterisk."""

    config_path: Path

    @property
    def root(self) -> Path:
        """The directory below which only this program writes."""
        return self.config_path / FOLDER

    def state(self) -> DiskState:
        """Read which directory is live, and the hashes of its files."""
        try:
            directory = str((self.root / CURRENT).readlink())
        except OSError:
            return DiskState()
        return DiskState(directory, self._hashes(self.root / directory))

    def _hashes(self, folder: Path) -> dict[str, str]:
        found = {}
        for path in sorted(folder.glob("*.conf")):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                found[path.name] = digest(path.read_text())
        return found

    def read(self, directory: str, names: Iterable[str]) -> dict[str, str]:
        """Return name -> text of files of a directory, without those that are missing or not UTF-8."""
        found = {}
        for name in names:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                found[name] = (self.root / directory / name).read_text()
        return found

    def write(self, number: int, files: Mapping[str, str], *, unchanged_from: Mapping[str, Path]) -> str:
        """Write a complete set and return the name of its directory; raise OSError. The link is not touched.

        1. Write all files and the manifest into a hidden directory, and flush each to the disk.
        2. Give a file that is named in `unchanged_from` the times of that file: Asterisk does not read again a file
           whose time and size it has seen.
        3. Rename the directory to its final name: a set is there as a whole or not at all.
        """
        self.root.mkdir(mode=FOLDER_MODE, exist_ok=True)
        directory = self._free_name(number)
        draft = self.root / f".{directory}.{uuid.uuid4().hex[:8]}"
        try:
            draft.mkdir(mode=FOLDER_MODE)
            draft.chmod(self._folder_mode())
            for name, text in files.items():
                _write_file(draft / name, text, like=unchanged_from.get(name))
            _write_file(draft / MANIFEST, _manifest(number, files))
            _sync_folder(draft)
            draft.rename(self.root / directory)
            _sync_folder(self.root)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return directory

    def _free_name(self, number: int) -> str:
        """Return a name that no directory has: the second set of a number is `gen-N.2`."""
        name, attempt = f"gen-{number}", 1
        while (self.root / name).exists():
            attempt += 1
            name = f"gen-{number}.{attempt}"
        return name

    def _folder_mode(self) -> int:
        """Return the mode of a directory, with the setgid bit of the parent: files then belong to Asterisk's group."""
        return FOLDER_MODE | (self.root.stat().st_mode & stat.S_ISGID)

    def switch(self, directory: str) -> None:
        """Make `directory` the live one, by renaming a new link over the old one; raise OSError."""
        draft = self.root / f".{CURRENT}.{uuid.uuid4().hex[:8]}"
        draft.symlink_to(directory)
        try:
            draft.replace(self.root / CURRENT)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(self.root)

    def touch(self, directory: str) -> None:
        """Give the files the present time: Asterisk skips a file whose time it has seen, also one that was put back."""
        for path in (self.root / directory).glob("*.conf"):
            os.utime(path)

    def put_back(self, directory: str, number: int, files: Mapping[str, str]) -> None:
        """Make an accepted set live again, so that Asterisk reads it; one that is not whole on disk is written anew."""
        hashes = self._hashes(self.root / directory) if directory else {}
        if hashes == {name: digest(text) for name, text in files.items()}:
            self.touch(directory)
        else:
            directory = self.write(number, files, unchanged_from={})
        self.switch(directory)

    def discard(self, directory: str) -> None:
        """Delete a directory, unless it is the live one."""
        if directory and directory != self.state().directory:
            shutil.rmtree(self.root / directory, ignore_errors=True)

    def prune(self, keep: Iterable[str]) -> None:
        """Delete directories that are neither live, nor in `keep`, nor among the five newest, and abandoned drafts."""
        kept = {*keep, self.state().directory}
        folders = sorted(self.root.glob("gen-*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        kept |= {path.name for path in folders[:KEPT_DIRECTORIES]}
        for path in [*folders, *self.root.glob(".gen-*"), *self.root.glob(f".{CURRENT}.*")]:
            if path.name in kept:
                continue
            if path.is_symlink():
                path.unlink(missing_ok=True)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _manifest(number: int, files: Mapping[str, str]) -> str:
    listing = {name: {"sha256": digest(text), "bytes": len(text.encode())} for name, text in sorted(files.items())}
    return json.dumps({"generation": number, "files": listing}, indent=2) + "\n"


def _write_file(path: Path, text: str, like: Path | None = None) -> None:
    # Exclusively, and following no link: nobody else can have put anything in its place.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        # The mode that os.open() is given passes through the umask.
        os.fchmod(descriptor, FILE_MODE)
        file.write(text.encode())
        file.flush()
        os.fsync(descriptor)
    if like is not None:
        with contextlib.suppress(FileNotFoundError):
            times = like.stat()
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
