"""The messages that SIPp wrote down (`-trace_msg`), as objects to ask questions of."""

import re
from dataclasses import dataclass
from pathlib import Path

_SEPARATOR = re.compile(r"^-{40,}.*$", re.MULTILINE)
_DIRECTION = re.compile(r"\A\s*\S+ message (sent|received) [^\n]*\n")
_CAUSE = re.compile(r"cause\s*=\s*(\d+)")
_FINAL = 200
_CHALLENGES = frozenset({401, 407})


@dataclass(frozen=True)
class SipMessage:
    """One SIP message; `received` is seen from SIPp."""

    received: bool
    start_line: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def method(self) -> str:
        """The request's method, or for a response that of its CSeq."""
        if self.status is None:
            return self.start_line.split(" ", 1)[0]
        return self.header("CSeq").partition(" ")[2].strip()

    @property
    def status(self) -> int | None:
        """The status of a response, None for a request."""
        return int(self.start_line.split(" ")[1]) if self.start_line.startswith("SIP/2.0 ") else None

    @property
    def request_user(self) -> str:
        """The user part of a request's URI: the dialled number."""
        uri = self.start_line.split(" ")[1]
        return uri.removeprefix("sip:").partition("@")[0].partition(";")[0]

    def header(self, name: str) -> str:
        """Return the first header of that name, or an empty text."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True)
class SipTrace:
    """All messages of one SIPp, in order."""

    messages: tuple[SipMessage, ...]

    def received(self, method: str | None = None) -> list[SipMessage]:
        """Return the requests that arrived, of one method or of all."""
        return [m for m in self.messages if m.received and m.status is None and method in (None, m.method)]

    def invites(self) -> list[SipMessage]:
        """Return one INVITE per call that arrived; retransmissions are left out."""
        seen: dict[tuple[str, str], SipMessage] = {}
        for message in self.received("INVITE"):
            seen.setdefault((message.header("Call-ID"), message.header("CSeq")), message)
        return list(seen.values())

    def statuses(self, method: str = "INVITE") -> list[int]:
        """Return the statuses that arrived in answer to `method`."""
        return [m.status for m in self.messages if m.received and m.status is not None and m.method == method]

    def final_status(self, method: str) -> int | None:
        """Return the last final status for `method`; a challenge counts only when nothing came after it."""
        finals = [status for status in self.statuses(method) if status >= _FINAL]
        outcomes = [status for status in finals if status not in _CHALLENGES]
        return next(reversed(outcomes or finals), None)

    def last_cause(self) -> int | None:
        """Return the Q.850 cause of the last message that arrived with a Reason header."""
        for message in reversed(self.messages):
            match = _CAUSE.search(message.header("Reason"))
            if message.received and match:
                return int(match[1])
        return None

    def early_media(self) -> bool:
        """Whether a 183 with a media description arrived."""
        return any(m.received and m.status == 183 and m.body.strip() for m in self.messages)  # noqa: PLR2004 - the SIP status


def read_trace(path: Path) -> SipTrace:
    """Return the messages in SIPp's message file; a file that is not there holds none."""
    if not path.exists():
        return SipTrace(())
    blocks = _SEPARATOR.split(path.read_text(errors="replace"))
    return SipTrace(tuple(message for block in blocks if (message := _parse(block))))


def _parse(block: str) -> SipMessage | None:
    match = _DIRECTION.match(block)
    if match is None:
        return None
    text = block[match.end() :].lstrip("\r\n")
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    start_line, *lines = head.split("\n")
    if " " not in start_line:
        return None
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return SipMessage(match[1] == "received", start_line.strip(), headers, body)
