"""The fault list: what breaks, at which steps of the pipeline, and how it ends."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum

from tests.faults import breaking
from tests.faults.clock import Clock
from tests.faults.disk import SmallDisk
from tests.faults.installation import Installation
from tests.faults.steps import EVERY_STEP, IDLE

Inject = Callable[[Installation, int], AbstractContextManager[None]]


class Saves(Enum):
    """Whether people save while it is broken; a save that comes later would heal what a fault left behind."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True)
class Fault:
    """One line of the list. `seconds` is how long it lasts after the stopped worker goes on."""

    name: str
    title: str
    inject: Inject
    steps: tuple[str, ...]
    seconds: float = 0.0
    saves: Saves = Saves.SOMETIMES
    # The broker is away: the form is sent meanwhile, and must be answered within a second.
    broker: bool = False
    ends_asterisk: bool = False
    # The fault itself puts foreign files on the live path.
    edits_files: bool = False
    most_runs: int = 1000
    possible: Callable[[], bool] = lambda: True


AROUND_ASTERISK = ("connect", "write", "switch", "switched", "reload", "verify", "record")
WRITING = ("write", "switch", "switched", "reload", "verify")
FAULTS = (
    Fault("worker-killed", "worker killed with all its processes", breaking.worker_killed, (IDLE, *EVERY_STEP)),
    Fault(
        "pool-killed", "the process of the worker that does the run killed", breaking.pool_process_killed, EVERY_STEP
    ),
    Fault(
        "redis-killed", "Redis killed, away for 3 s", breaking.redis_killed, (IDLE, *EVERY_STEP), seconds=3, broker=True
    ),
    Fault(
        "redis-restarted",
        "Redis restarted, empty",
        breaking.redis_restarted,
        (IDLE, "lock", "render", "verify", "recorded"),
    ),
    Fault("redis-flushed", "Redis flushed", breaking.redis_flushed, (IDLE, "lock", "switched", "record", "recorded")),
    Fault(
        "redis-full",
        "Redis full (noeviction) for 3 s",
        breaking.redis_full,
        (IDLE, "lock", "reload", "recorded"),
        seconds=3,
        broker=True,
    ),
    Fault(
        "redis-hung",
        "Redis stopped with SIGSTOP for 3 s",
        breaking.redis_hung,
        (IDLE, "lock", "reload", "recorded"),
        seconds=3,
        broker=True,
    ),
    Fault("postgres-restarted", "PostgreSQL restarted", breaking.postgres_restarted, (IDLE, *EVERY_STEP)),
    Fault(
        "postgres-killed", "PostgreSQL killed, away for 2 s", breaking.postgres_killed, (IDLE, *EVERY_STEP), seconds=2
    ),
    Fault(
        "asterisk-restarted",
        "Asterisk restarted",
        breaking.asterisk_restarted,
        (IDLE, "lock", *AROUND_ASTERISK),
        ends_asterisk=True,
    ),
    Fault(
        "asterisk-killed",
        "Asterisk killed, away for 3 s",
        breaking.asterisk_killed,
        (IDLE, "lock", *AROUND_ASTERISK),
        seconds=3,
        ends_asterisk=True,
    ),
    Fault(
        "asterisk-hung",
        "Asterisk stopped with SIGSTOP for 5 s",
        breaking.asterisk_hung,
        (IDLE, *AROUND_ASTERISK),
        seconds=5,
    ),
    Fault(
        "asterisk-hung-long",
        "Asterisk stopped with SIGSTOP for 40 s, longer than a reload may take",
        breaking.asterisk_hung,
        ("switched", "reload"),
        seconds=40,
        saves=Saves.NEVER,
        most_runs=1,
    ),
    Fault("ami-away", "AMI cut, away for 3 s", breaking.ami_closed, (IDLE, *AROUND_ASTERISK), seconds=3),
    Fault(
        "ami-cut-in-reload",
        "AMI cut right after the reload was asked for, away for 3 s",
        breaking.ami_cut_in_the_reload,
        ("connect", "switch"),
        seconds=3,
    ),
    Fault("ami-stalled", "AMI silent for 15 s", breaking.ami_stalled, ("connect", "reload", "verify"), seconds=15),
    Fault(
        "ami-away-long", "AMI away for 75 s", breaking.ami_closed, (IDLE,), seconds=75, saves=Saves.ALWAYS, most_runs=1
    ),
    Fault(
        "disk-full",
        "disk of the node full for 3 s",
        breaking.disk_full,
        (IDLE, "lock", *WRITING, "record"),
        seconds=3,
        saves=Saves.ALWAYS,
        possible=SmallDisk.possible,
    ),
    Fault(
        "file-edited",
        "a live file edited by hand and loaded",
        breaking.file_edited,
        (IDLE, "lock", *WRITING, "recorded"),
        saves=Saves.NEVER,
        edits_files=True,
    ),
    Fault(
        "file-deleted",
        "a live file deleted and that loaded",
        breaking.file_deleted,
        (IDLE, "lock", *WRITING, "recorded"),
        saves=Saves.NEVER,
        edits_files=True,
    ),
    Fault(
        "link-moved",
        "the link pointed at another set and that loaded",
        breaking.link_moved,
        (IDLE, "lock", *WRITING, "recorded"),
        saves=Saves.NEVER,
        edits_files=True,
    ),
    Fault(
        "two-writers",
        "three more workers start and want to write",
        breaking.four_workers,
        (IDLE, "lock", "render", *WRITING, "record"),
        saves=Saves.ALWAYS,
    ),
    Fault(
        "clock-forward", "clock moved 3 h forward", breaking.clock_forward, (IDLE, *EVERY_STEP), possible=Clock.possible
    ),
    Fault("clock-back", "clock moved 3 h back", breaking.clock_back, (IDLE, *EVERY_STEP), possible=Clock.possible),
    Fault(
        "node-clock-forward",
        "clock of the node's machine alone moved 3 h forward",
        breaking.node_clock_forward,
        (IDLE, "lock", "recorded"),
        possible=Clock.possible,
    ),
    Fault(
        "node-clock-back",
        "clock of the node's machine alone moved 3 h back",
        breaking.node_clock_back,
        (IDLE, "lock", "recorded"),
        possible=Clock.possible,
    ),
    Fault(
        "clock-there-and-back",
        "clock 3 h ahead while AMI is away for 5 s, then right again",
        breaking.clock_there_and_back,
        (IDLE, "connect", "reload"),
        seconds=5,
        saves=Saves.ALWAYS,
        possible=Clock.possible,
    ),
)
