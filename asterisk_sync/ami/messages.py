"""What goes over an AMI connection: actions as bytes, messages, and the errors of both sides."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Any

from asterisk.manager import ManagerException, ManagerMsg

LONGEST_LINE = 1 << 20
NOT_SET = "(null)"

Fields = Mapping[str, str | list[str]]


class AmiError(ManagerException):
    """An action could not be done; the classes below say why."""


class AmiUnreachableError(AmiError):
    """Asterisk does not listen, does not answer in time, hung up, or refuses our user."""


class AmiTimeoutError(AmiUnreachableError):
    """No answer within the time that was allowed."""


class AmiRefusedError(AmiError):
    """Asterisk answered `Response: Error`; the text is its message."""


class UnsafeValueError(ValueError):
    """A value holds a line break or another control character: the action was not sent."""


class AmiMessage(ManagerMsg):
    """One response or event; `outputs` are the lines of a console command, `variables` are those of a channel.

    Events name variables `ChanVariable: name=value`, the action Status `Variable: name=value`; one that is not set
    is `(null)` there.
    """

    headers: dict[str, Any]
    data: str

    def parse(self, response: list[str]) -> None:
        """Split the lines into headers; of `Output:` and `ChanVariable:`, which come several times, all are kept."""
        self.outputs: list[str] = []
        self.variables: dict[str, str] = {}
        stray: list[str] = []
        for line in response:
            key, colon, value = line.partition(":")
            if not colon:
                stray.append(line)
            elif key == "Output":
                self.outputs.append(value.removeprefix(" "))
            elif key.startswith("ChanVariable") or (key == "Variable" and "=" in value):
                name, _equals, content = value.strip().partition("=")
                self.variables[name] = "" if content == NOT_SET else content
            else:
                self.headers[key.strip()] = value.strip()
        if self.variables:
            self.headers["ChanVariable"] = self.variables
        self.data = "\n".join(self.outputs or stray)

    @property
    def is_error(self) -> bool:
        """Tell whether Asterisk refused."""
        return self.headers.get("Response") == "Error"

    @property
    def message(self) -> str:
        """Return the message that came with the response."""
        return str(self.headers.get("Message", ""))


@dataclass
class PendingAction:
    """An action that waits for its answer, and for the events of its list where it has one."""

    wants_list: bool
    response: AmiMessage | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def accept(self, message: AmiMessage) -> bool:
        """Take a message if it belongs to the action; return whether it did."""
        if "Event" not in message.headers:
            self.response = message
            if not self.wants_list or message.is_error or message.headers.get("EventList") != "start":
                self.done.set()
            return True
        if not self.wants_list:
            return False
        if str(message.headers.get("EventList", "")).lower() in {"complete", "cancelled"}:
            self.done.set()
        else:
            self.events.append(message.headers)
        return True


def read_messages(reader: BufferedReader) -> Iterator[list[str]]:
    """Yield the lines of each message; an empty line ends one."""
    lines: list[str] = []
    while raw := reader.readline(LONGEST_LINE):
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line:
            lines.append(line)
        elif lines:
            yield lines
            lines = []


def encode(fields: Fields) -> bytes:
    """Return the action as bytes; raise UnsafeValueError before anything is sent."""
    lines = []
    for key, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            line = f"{key}: {item}"
            if not line.isprintable():
                raise UnsafeValueError(f"the value of {key} holds a line break or control character")
            lines.append(line)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
