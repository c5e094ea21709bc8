"""Calls that stay up for the whole of a run, through the generated dialplan."""

import contextlib
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.process import Child, StartError, start_child
from deploy.trial.traffic.sipp import Address, render_scenario, sipp_command

CALLS = 3
LONGEST_MS = 600_000
HANG_UP_SECONDS = 10.0


@dataclass
class LongCalls:
    """A trunk customer's calls to a number that a carrier answers; only we hang up."""

    asterisk: AsteriskInstance
    caller: str
    number: str
    child: Child | None = field(default=None, init=False)
    folder: "tempfile.TemporaryDirectory[str] | None" = field(default=None, init=False)

    def start(self) -> None:
        """Place the calls and wait until all are answered."""
        self.folder = tempfile.TemporaryDirectory(prefix="sipp-")
        scenario = Path(self.folder.name) / "scenario.xml"
        values = {
            "NUMBER": self.number, "CALLER": "551140000000", "CALLER_NAME": "", "FROM_HOST": self.caller,
            "HOLD_MS": LONGEST_MS, "EXTRA_HEADERS": "",
        }  # fmt: skip
        scenario.write_text(render_scenario("call_until_bye", values))
        local = Address(self.caller).bound()
        command = sipp_command(
            scenario, local, "-m", str(CALLS), "-l", str(CALLS), "-r", "20",
            str(Address(*self.asterisk.sip)), traced=False,
        )  # fmt: skip
        self.child = start_child(command, name="sipp caller", log=scenario.with_name("screen.log"), cwd=scenario.parent)
        self.child.wait_until(lambda: self.up() == CALLS, 20)

    def up(self) -> int:
        """Return how many are talking, by Asterisk's own count of bridged channels."""
        channels = self.asterisk.cli("core show channels concise").splitlines()
        # Channel!Context!Exten!Prio!State!App...: both legs of an answered call are up and in one bridge.
        return sum("!Up!" in line and "!Dial!" in line for line in channels)

    def finish(self) -> int:
        """Hang up and return how many were dropped before; the caller must see the end of each."""
        if self.child is None:
            return CALLS
        dropped = CALLS if not self.child.alive else CALLS - min(CALLS, self.up())
        self._hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.child.popen.wait(HANG_UP_SECONDS)
            return max(dropped, 0 if status == 0 else 1)
        return max(dropped, 1)

    def _hang_up(self) -> None:
        with contextlib.suppress(StartError):
            self.asterisk.cli("channel request hangup all")
            self.asterisk.wait_for("core show channels count", "0 active channels")

    def stop(self) -> None:
        """End the caller, whatever became of the calls."""
        if self.child is not None:
            self.child.kill()
            self.child = None
            self._hang_up()
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
