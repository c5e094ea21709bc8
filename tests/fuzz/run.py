"""One run: sets of hostile values through form, guard, renderer, reader and a real Asterisk; hostile actions to AMI."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.generations.validation import validate
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import ConfigSyntaxError
from asterisk_sync.snapshot.values import Snapshot
from asterisk_sync.throwaway import find_program
from tests.fuzz.actions import EchoServer, action_cases, echo_client, real_action_cases
from tests.fuzz.doubles import doubled
from tests.fuzz.fields import Field
from tests.fuzz.judging import faults, live_faults
from tests.fuzz.sets import REFUSALS, Maker, lone
from tests.fuzz.tally import Tally

# Cases that go with each set.
ACTIONS = 300
DOUBLES = 4
SHOWN = 5


@dataclass
class Run:
    """The chance that all comes from, the tally, and how many sets a real Asterisk loaded."""

    seed: int
    live_every: int = 1
    tally: Tally = field(default_factory=Tally)
    sets: int = 0
    live_sets: int = 0
    live_objects: int = 0
    seconds: float = 0.0

    def until(self, cases: int, progress: Callable[[str], None] = lambda _text: None) -> None:
        """Go on until there were so many cases."""
        chance = random.Random(self.seed)  # noqa: S311 - chance that can be had again, not secrets
        maker = Maker(chance, self.tally)
        started = time.monotonic()
        with echo_client() as (client, echo):
            while self.tally.cases() < cases:
                self._one(maker, chance, client, echo)
                self.seconds = time.monotonic() - started
                progress(f"{self.tally.cases():>9,} cases, {self.sets} sets, {self.seconds:.0f} s")
        program = find_program()
        if program is not None and self.live_every:
            real_action_cases(chance, self.tally, max(50, cases // 500), program)
        self.seconds = time.monotonic() - started

    def _one(self, maker: Maker, chance: random.Random, client: AmiClient, echo: EchoServer) -> None:
        snapshot = maker.next_set()
        self.sets += 1
        for kind, count in maker.pending.items():
            self.tally.count(kind, "rendered", count)
        for fault in list(self._faults(snapshot))[:SHOWN]:
            self.tally.escape("set", f"seed {self.seed}, set {self.sets}: {fault}")
        for field_, value in maker.insisted:
            self._insist(field_, value)
        for kind, is_refused in doubled(chance, snapshot, DOUBLES):
            if is_refused:
                self.tally.count(kind, "refused")
            else:
                self.tally.escape(kind, f"seed {self.seed}, set {self.sets}: a double was written")
        action_cases(chance, self.tally, ACTIONS, client, echo)

    def _faults(self, snapshot: Snapshot) -> Iterator[str]:
        files = render_files(snapshot, 1)
        found = list(faults(files, snapshot))
        yield from found
        validate(files, snapshot)
        if not found and self.live_every and self.sets % self.live_every == 0:
            problems, loaded = live_faults(files)
            yield from (f"Asterisk: {problem}" for problem in problems)
            self.live_sets += 1
            self.live_objects += loaded

    def _insist(self, field_: Field, value: Any) -> None:
        """Render a refused value as if it were in the database all the same: refused again, or as it was meant."""
        snapshot = lone(field_, value)
        try:
            files = render_files(snapshot, 1)
            found = list(faults(files, snapshot))
        except (ConfigSyntaxError, *REFUSALS):
            return
        for fault in found[:SHOWN]:
            self.tally.escape(field_.label, f"{value!r}: {fault}")
