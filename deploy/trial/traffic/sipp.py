"""SIPp as a phone, a carrier or a trunk customer: short-lived callers and called parties that stay."""

import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from deploy.trial.ports import free_media_port, free_sip_port, is_free
from deploy.trial.process import die_with_parent
from deploy.trial.traffic.sip_trace import SipTrace, read_trace

SCENARIOS = Path(__file__).resolve().parent / "scenarios"
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")


class SippMissingError(RuntimeError):
    """The program `sipp` is not installed."""


@dataclass(frozen=True)
class Address:
    """A loopback address and a SIP port; port 0 picks a free one."""

    host: str
    port: int = 0

    def bound(self) -> "Address":
        """Return the address with its port chosen."""
        return self if self.port else Address(self.host, free_sip_port(self.host))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Credentials:
    """The SIP user and secret of a phone."""

    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What a finished SIPp run saw."""

    exit_code: int
    trace: SipTrace
    complaints: str

    @property
    def answered(self) -> bool:
        """Whether an INVITE got its 200."""
        return self.trace.final_status("INVITE") == 200  # noqa: PLR2004 - the SIP status OK

    @property
    def final_status(self) -> int | None:
        """The status that ended the last INVITE; challenges that were answered do not count."""
        return self.trace.final_status("INVITE")

    @property
    def cause(self) -> int | None:
        """The Q.850 cause of the last Reason header that arrived."""
        return self.trace.last_cause()


def sipp_program() -> str:
    """Return the path of SIPp."""
    program = shutil.which("sipp")
    if program is None:
        raise SippMissingError("SIPp is not installed: the Debian package is sip-tester")
    return program


def render_scenario(name: str, values: Mapping[str, object]) -> str:
    """Return the text of a scenario with its `@NAME@` filled in; a missing value is an error."""
    text = (SCENARIOS / f"{name}.xml").read_text()
    return _PLACEHOLDER.sub(lambda match: escape(str(values[match[1]])), text)


def sipp_command(scenario: Path, local: Address, *more: str, traced: bool = True) -> list[str]:
    """Return the argument vector of a SIPp at `local`; it ends with its parent."""
    messages = ("-trace_msg", "-message_file", str(scenario.with_name("messages.log"))) if traced else ()
    return [
        *die_with_parent(signal.SIGKILL), sipp_program(), "-sf", str(scenario), "-nostdin",
        "-i", local.host, "-p", str(local.port), "-mi", local.host, "-mp", str(free_media_port(local.host)),
        *messages,
        "-trace_err", "-error_file", str(scenario.with_name("errors.log")), *more,
    ]  # fmt: skip


@contextmanager
def _workplace(name: str, values: Mapping[str, object]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sipp-") as folder:
        scenario = Path(folder) / "scenario.xml"
        scenario.touch(mode=0o600)
        scenario.write_text(render_scenario(name, values))
        yield scenario


def _run(
    name: str,
    values: Mapping[str, object],
    local: Address,
    target: Address,
    *more: str,
    seconds: float,
    traced: bool = True,
) -> Outcome:
    with _workplace(name, values) as scenario:
        command = sipp_command(scenario, local, *more, str(target), traced=traced)
        try:
            done = subprocess.run(
                command,
                cwd=scenario.parent,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
            exit_code = done.returncode
        except subprocess.TimeoutExpired:
            exit_code = -signal.SIGKILL
        return _outcome(exit_code, scenario.parent)


def _outcome(exit_code: int, folder: Path) -> Outcome:
    errors = folder / "errors.log"
    return Outcome(
        exit_code=exit_code,
        trace=read_trace(folder / "messages.log"),
        complaints=errors.read_text(errors="replace") if errors.exists() else "",
    )


@dataclass(frozen=True)
class Call:
    """One or several calls to place: who calls, whom, and how each ends."""

    number: str
    caller: str = "1000"
    caller_name: str = ""
    credentials: Credentials | None = None
    hold_ms: int = 300
    cancels: bool = False
    waits_for_bye: bool = False
    count: int = 1
    rate: float = 10.0
    at_once: int | None = None
    traced: bool = True
    headers: tuple[str, ...] = ()
    # Five keys that a caller without a password presses after the answer, each sent as SIP INFO.
    keys: str = ""

    @property
    def scenario(self) -> str:
        """The name of the scenario file."""
        if self.keys:
            return "call_keys"
        digest = "_digest" if self.credentials else ""
        ending = "_cancel" if self.cancels else "_until_bye" if self.waits_for_bye else ""
        return f"call{digest}{ending}"


def place_call(call: Call, *, source: Address, target: Address, seconds: float = 30.0) -> Outcome:
    """Place `call` from `source` to `target` and wait for its end."""
    source = source.bound()
    user = call.credentials.user if call.credentials else call.caller
    values: dict[str, object] = {
        "NUMBER": call.number,
        "CALLER": user,
        "CALLER_NAME": call.caller_name,
        "FROM_HOST": target.host if call.credentials else source.host,
        "HOLD_MS": call.hold_ms,
        "AUTH_USER": user,
        "AUTH_SECRET": call.credentials.secret if call.credentials else "",
        "EXTRA_HEADERS": "".join(f"{header}\n" for header in call.headers),
        **{f"KEY_{place}": key for place, key in zip("ABCDE", call.keys, strict=False)},
    }
    options = (
        "-m",
        str(call.count),
        "-r",
        str(call.rate),
        "-l",
        str(call.at_once or call.count),
        "-timeout",
        f"{int(seconds)}s",
    )
    return _run(call.scenario, values, source, target, *options, seconds=seconds + 5, traced=call.traced)


def register(
    credentials: Credentials, *, phone: Address, target: Address, expires: int = 300, seconds: float = 10.0
) -> Outcome:
    """Register `phone` as the contact of the credentials' user, from its own port unless something listens there.

    Asterisk calls a telephone where its registration came from, because most sit behind NAT.
    """
    values = {
        "AUTH_USER": credentials.user,
        "AUTH_SECRET": credentials.secret,
        "CONTACT_PORT": phone.port,
        "EXPIRES": expires,
    }
    # From the phone's own port where that is free: a node behind NAT answers to where a registration came from.
    local = phone if is_free(phone.host, phone.port) else Address(phone.host).bound()
    return _run("register", values, local, target, "-m", "1", "-timeout", f"{int(seconds)}s", seconds=seconds + 5)
