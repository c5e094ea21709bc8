"""`python -m tests.bench.one_size OBJECTS`: one size of `pipeline_growth`; the last line printed is JSON."""

import json
import os
import signal
import subprocess
import sys

from deploy.trial.engines import leave, throw_away_engines
from tests.bench.growth import memory_mib
from tests.bench.lab import BenchNode, populated_node
from tests.bench.size import Size

WHOLE = 100_000
# What a large installation has: mostly numbers.
OF_A_HUNDRED_THOUSAND = Size(extensions=10_000, numbers=85_500, routes=2_000, gateways=500, trunks=2_000)


def main() -> None:
    """Populate a database and an Asterisk, and let a process of its own be the worker."""
    signal.signal(signal.SIGTERM, leave)
    size = OF_A_HUNDRED_THOUSAND.share(int(sys.argv[1]), WHOLE)
    with throw_away_engines() as environment:
        os.environ.update(environment)
        with populated_node(size) as bench:
            before = _memory(bench)
            worker = [sys.executable, "-m", "tests.bench.one_worker", str(bench.node_id)]
            output = subprocess.run(worker, stdout=subprocess.PIPE, text=True, check=True).stdout
            facts = json.loads(output.strip().rpartition("\n")[2])
            facts |= {"asterisk_at_start_mib": before, "asterisk_mib": _memory(bench), "objects": size.objects}
            print(json.dumps(facts), flush=True)
    sys.exit(0)


def _memory(bench: BenchNode) -> int:
    if bench.asterisk.child is None:
        raise RuntimeError("Asterisk does not run")
    return memory_mib(bench.asterisk.child.popen.pid)


if __name__ == "__main__":
    main()
