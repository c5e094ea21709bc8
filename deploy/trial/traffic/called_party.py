"""SIPp as a called party: a carrier, a trunk customer or a phone that waits for calls."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trial.process import Child, StartError, start_child
from deploy.trial.traffic.sip_trace import SipTrace, read_trace
from deploy.trial.traffic.sipp import Address, render_scenario, sipp_command

REASONS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout",
    480: "Temporarily Unavailable", 484: "Address Incomplete", 486: "Busy Here", 488: "Not Acceptable Here",
    500: "Server Internal Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Server Time-out",
    600: "Busy Everywhere", 603: "Decline", 606: "Not Acceptable",
}  # fmt: skip


@dataclass(frozen=True)
class Chances:
    """How many calls of a hundred end otherwise than by an answer."""

    busy: int = 8
    silent: int = 10
    failed: int = 4


@dataclass(frozen=True)
class Behaviour:
    """How a called party treats each call: rings, then answers or refuses."""

    status: int = 200
    ring_ms: int = 100
    rings: bool = True
    hangs_up_after_ms: int | None = None
    never_answers: bool = False
    headers: tuple[str, ...] = ()
    believable: "Chances | None" = None

    @property
    def scenario(self) -> str:
        """The name of the scenario file."""
        if self.believable:
            return "believable"
        if self.never_answers:
            return "ring_forever"
        if self.status != 200:  # noqa: PLR2004 - the SIP status OK
            return "ring_reject" if self.rings else "reject"
        return "answer" if self.hangs_up_after_ms is None else "answer_hangup"


ANSWERS = Behaviour()


def _thresholds(chances: Chances) -> dict[str, int]:
    """One throw of dice decides: each outcome has a stretch of 0 to 100."""
    busy = chances.busy
    return {
        "BUSY_BELOW": busy,
        "SILENT_BELOW": busy + chances.silent,
        "FAILED_BELOW": busy + chances.silent + chances.failed,
    }


@dataclass
class CalledParty:
    """A SIPp that waits for calls at one address until it is stopped."""

    address: Address
    behaviour: Behaviour = ANSWERS
    traced: bool = True
    folder: Path = field(init=False)
    child: Child | None = field(default=None, init=False)

    def start(self) -> None:
        """Listen; return when calls can arrive."""
        self.address = self.address.bound()
        self.folder = Path(tempfile.mkdtemp(prefix="sipp-"))
        scenario = self.folder / "scenario.xml"
        values = {
            "STATUS": self.behaviour.status,
            "REASON": REASONS.get(self.behaviour.status, "Refused"),
            "RING_MS": self.behaviour.ring_ms,
            "HOLD_MS": self.behaviour.hangs_up_after_ms or 0,
            "EXTRA_HEADERS": "".join(f"{header}\n" for header in self.behaviour.headers),
            **_thresholds(self.behaviour.believable or Chances()),
        }
        scenario.write_text(render_scenario(self.behaviour.scenario, values))
        command = sipp_command(scenario, self.address, "-aa", traced=self.traced)
        self.child = start_child(command, name=f"sipp {self.address}", log=self.folder / "screen.log", cwd=self.folder)
        self.child.wait_until(self._listens, 10)

    def _listens(self) -> bool:
        """Whether the kernel has a UDP socket at our address: SIPp itself announces nothing."""
        host = "".join(f"{int(part):02X}" for part in reversed(self.address.host.split(".")))
        wanted = f" {host}:{self.address.port:04X} "
        return wanted in Path("/proc/net/udp").read_text()

    def trace(self) -> SipTrace:
        """Return the messages so far."""
        return read_trace(self.folder / "messages.log")

    def stop(self) -> None:
        """Stop listening and forget the messages."""
        if self.child is not None:
            self.child.kill()
            self.child = None
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "CalledParty":
        try:
            self.start()
        except StartError:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
