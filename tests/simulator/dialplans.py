"""Many generated dialplans in one Asterisk, each under names of its own, and calls through them without SIP.

What is rendered stays as it is but for three things: names of contexts get a prefix, an attempt writes down what it
would have dialled and fails, and a hang-up writes down its cause.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import PjsipObject, parse_pjsip
from asterisk_sync.simulator.results import SimulatedCall
from asterisk_sync.simulator.trace import calling_telephone
from asterisk_sync.snapshot.values import Snapshot
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session

NAMES = re.compile(r"(?<![\w-])(va-[a-z]|from-internal|from-trunk)")
GATEWAY_ATTEMPT = re.compile(r"Gosub\(\S*va-dial,s,1\(PJSIP/([^\n]*)@(GW_\w+),(\$\{ARG\d\})\)\)")
OTHER_ATTEMPT = re.compile(r"Gosub\(\S*va-dial,s,1\((\$\{va_\w+\}),\d+\)\)")
HANG_UP = re.compile(r"same => n,Hangup\(([^\n]*)\)")
CONTACTS = re.compile(r"\$\{PJSIP_DIAL_CONTACTS\(\$\{ARG1\},\$\{ARG2\},\$\{ARG3\}\)\}")
GLOBAL = re.compile(r"^\s*(seen|end)-(\d+)=(.*)$", re.MULTILINE)
ENTRANCE = """
[test-entrance]
exten => s,1,Set(CALLERID(num)=${from})
same => n,Goto(${entrance},${number},1)
"""
CONSOLE_LINE = re.compile(r"^\s+(?:'[^']*' =>)?\s*(?:\[\w+\]\s*)?\d+\. (.*?)\s+\[\S+:\d+\]$", re.MULTILINE)
CALL_SECONDS = 60.0


@dataclass(frozen=True)
class Seen:
    """What became of a call in Asterisk: what was dialled, one after another, and the cause at its end."""

    dialled: tuple[tuple[str, ...], ...]
    end: str


def prefixed(text: str, prefix: str) -> str:
    """Return a text of the dialplan under names of its own."""
    return NAMES.sub(lambda match: f"{prefix}{match[1]}", text)


def observed(text: str) -> str:
    """Return a text of the dialplan that writes down what it would have dialled, and its end."""
    note = "MSet(GLOBAL(seen-${call})=${GLOBAL(seen-${call})}%s!,DIALSTATUS=CONGESTION)"
    text = GATEWAY_ATTEMPT.sub(
        lambda match: note % f"${{va_route}}/{match[2]}/{match[1]}/${{CALLERID(num)}}/{match[3]}/${{va_dialled}}", text
    )
    text = OTHER_ATTEMPT.sub(lambda match: note % match[1], text)
    text = CONTACTS.sub("${ARG2}", text).replace("Playback(", "NoOp(")
    return HANG_UP.sub(lambda match: f"same => n,Set(GLOBAL(end-${{call}})={match[1]})\n{match[0]}", text)


@dataclass
class Dialplans:
    """The dialplans of several snapshots in one Asterisk; `client` has the panel's rights there."""

    asterisk: AsteriskInstance
    client: AmiClient
    originator: AmiClient
    authorizer_port: int
    endpoints: dict[int, Mapping[str, PjsipObject]] = field(default_factory=dict)
    calls: int = 0

    @classmethod
    @contextmanager
    def connected(cls, asterisk: AsteriskInstance, authorizer_port: int) -> "Iterator[Dialplans]":
        """Connect as the panel does, and as one who may place calls; each dialplan asks at that port."""
        config, port = asterisk.config, asterisk.ami_port
        with (
            ami_session("127.0.0.1", port, "voipadmin", config.ami_secret) as client,
            ami_session("127.0.0.1", port, "voipadmin-originate", config.ami_originate_secret) as originator,
        ):
            yield cls(asterisk, client, originator, authorizer_port)

    def load(self, snapshots: Sequence[Snapshot]) -> None:
        """Render and load them instead of those that were there."""
        texts = [ENTRANCE]
        self.endpoints = {}
        for index, snapshot in enumerate(snapshots):
            asks = replace(snapshot.authorizer, port=self.authorizer_port, node_id=node_of(index))
            files = render_files(replace(snapshot, authorizer=asks), 1)
            both = files["extensions_routes.conf"] + files["extensions_dids.conf"]
            texts.append(observed(prefixed(both, prefix_of(index))))
            objects = [item for name, text in files.items() if name.startswith("pjsip") for item in parse_pjsip(text)]
            self.endpoints[index] = {item.name: item for item in objects if item.type == "endpoint"}
        live = self.asterisk.config_dir / "voipadmin" / "current" / "extensions_routes.conf"
        live.write_text("\n".join(texts))
        self.asterisk.cli("dialplan reload")

    def has_endpoint(self, index: int, snapshot: Snapshot, question: SimulatedCall) -> bool:
        """Tell whether the caller has an endpoint: without one it cannot call."""
        return endpoint_of(snapshot, question) in self.endpoints[index]

    def call(self, index: int, snapshot: Snapshot, question: SimulatedCall) -> int:
        """Send one call into a dialplan as its endpoint would, with that one's variables; return the call's number."""
        self.calls += 1
        endpoint = self.endpoints[index][endpoint_of(snapshot, question)]
        variables = [
            *endpoint.values("set_var"),
            f"call={self.calls}",
            f"number={question.number}",
            f"from={question.caller_id}",
            f"entrance={prefix_of(index)}{endpoint.value('context')}",
        ]
        answer = self.originator.send_action(
            {
                "Action": "Originate",
                "Channel": "Local/s@test-entrance/n",
                "Application": "Wait",
                "Data": "1",
                "Async": "true",
                "Variable": variables,
            }
        )
        assert not answer.is_error, answer.message
        return self.calls

    def seen(self) -> dict[int, Seen]:
        """Wait for the end of all calls and return what was seen of each."""
        deadline = time.monotonic() + CALL_SECONDS
        while self.asterisk.channels_up():
            assert time.monotonic() < deadline, "the calls did not end"
            time.sleep(0.1)
        shown = self.asterisk.cli("dialplan show globals")
        found = {(match[1], int(match[2])): match[3] for match in GLOBAL.finditer(shown)}
        return {
            number: Seen(_dialled(found.get(("seen", number), "")), found.get(("end", number), ""))
            for number in range(1, self.calls + 1)
        }

    def console(self, context: str, number: str) -> list[str]:
        """Return the applications that `dialplan show NUMBER@CONTEXT` lists, in order."""
        shown = self.asterisk.cli(f"dialplan show {number}@{context}")
        return [match[1].rstrip() for match in CONSOLE_LINE.finditer(shown)]


def _dialled(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.split("/")) for part in text.split("!") if part)


def prefix_of(index: int) -> str:
    """Return what stands before each name of a dialplan."""
    return f"s{index}-"


def node_of(index: int) -> UUID:
    """Return as which node a dialplan asks."""
    return UUID(int=index + 1)


def endpoint_of(snapshot: Snapshot, question: SimulatedCall) -> str:
    """Return the endpoint by which a call comes in."""
    if question.gateway:
        return question.gateway
    customer = next(item for item in snapshot.customers if item.code == question.customer)
    telephone = calling_telephone(customer, question.extension)
    return telephone.username if telephone else customer.endpoint
