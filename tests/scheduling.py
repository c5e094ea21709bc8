"""Which process runs which tests, and in which order: what shares an engine together, what takes longest first."""

import json
import os
from collections import OrderedDict
from functools import cached_property
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Tests of one file that use the same engine share a process: their fixtures are started once.
GROUPS = {"asterisk": "asterisk", "page": "browser", "context": "browser", "browser": "browser"}
# About how many seconds a test takes, by what it is marked as; others take a tenth. `slow(seconds=1)` says it itself.
SECONDS = {"slow": 30.0, "asterisk": 4.0, "browser": 4.0}
# This process begins at the other end: tests on engines wait more than they work, and leave it the processors.
QUICK_FIRST = "gw1"
Groups = dict[str, tuple[str, float]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs which engine, and tell the first process what belongs together and how long it takes."""
    groups: Groups = {}
    for item in items:
        wanted = {GROUPS[name] for name in getattr(item, "fixturenames", ()) if name in GROUPS}
        for name in wanted:
            item.add_marker(name)
        shared = [f"{name} {item.path}" for name in sorted(wanted)]
        shared += [str(mark.args[0]) for mark in item.iter_markers("xdist_group")]
        marks = [(item.get_closest_marker(name), seconds) for name, seconds in SECONDS.items()]
        marked = [mark.kwargs.get("seconds", seconds) for mark, seconds in marks if mark]
        if shared or marked:
            groups[item.nodeid] = (shared[-1] if shared else item.nodeid, max(marked, default=0.1))
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
        _groups_file().write_text(json.dumps(groups))


def _groups_file() -> Path:
    return Path(os.environ["VOIPADMIN_TEST_FOLDER"]) / "groups.json"


class EngineScheduling(LoadScopeScheduling):
    """Hands out tests one by one, those that share an engine all to one process, and first what takes longest.

    pytest-xdist's own `loadgroup` writes to an attribute that pytest 9.2 no longer has.
    """

    workqueue: OrderedDict[str, dict[str, bool]]

    def _split_scope(self, nodeid: str) -> str:
        return self._groups[nodeid][0] if nodeid in self._groups else nodeid

    @cached_property
    def _groups(self) -> Groups:
        groups: Groups = json.loads(_groups_file().read_text())
        return groups

    @cached_property
    def _longest_first(self) -> OrderedDict[str, dict[str, bool]]:
        def seconds(unit: tuple[str, dict[str, bool]]) -> float:
            return sum(self._groups[nodeid][1] for nodeid in unit[1] if nodeid in self._groups)

        return OrderedDict(sorted(self.workqueue.items(), key=seconds, reverse=True))

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.workqueue is not self._longest_first:
            self.workqueue = self._longest_first
        if node.gateway.id == QUICK_FIRST:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Note the end of a test and forget units that are over, which would be counted again after each test."""
        super().mark_test_complete(node, item_index, duration)
        units = self.assigned_work[node]
        for scope in [scope for scope, tests in units.items() if all(tests.values())]:
            del units[scope]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> EngineScheduling:
    """Let pytest-xdist use our scheduler, whatever `--dist` says."""
    return EngineScheduling(config, log)
