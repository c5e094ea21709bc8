"""The clocks of worker and beat, moved while they run: a few lines of C between them and the real one (clock.c).

libfaketime would do it too, but its version in Debian 12 breaks the sleep of Python 3.11.
"""

import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


@dataclass(frozen=True)
class Clock:
    """An offset that every process with `environment()` adds to its time of day; monotonic clocks are left alone."""

    folder: Path
    name: str

    @staticmethod
    def possible() -> bool:
        """Whether there is a compiler."""
        return shutil.which("cc") is not None

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.name}.clock"

    @property
    def _library(self) -> Path:
        return self.folder / f"{self.name}.so"

    def build(self) -> None:
        """Compile, and begin with the real time."""
        self.move(0)
        subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", self._library, SOURCE], check=True)

    def environment(self) -> dict[str, str]:
        """Return what makes a process read its time of day here."""
        return {"LD_PRELOAD": str(self._library), "VOIPADMIN_CLOCK_FILE": str(self._file)}

    def move(self, hours: float) -> None:
        """Make it so many hours later (earlier: negative) than it is."""
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", round(hours * 3600)))
