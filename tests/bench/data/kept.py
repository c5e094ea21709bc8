"""Data that stays: a folder is filled once, and found full the next time."""

import json
import sys
import time
from pathlib import Path

import django

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from django.core.management import call_command  # noqa: E402 - see above
from django.db import connection  # noqa: E402 - see above
from django.utils import timezone  # noqa: E402 - see above

from tests.bench.data.filling import fill  # noqa: E402 - see above
from tests.bench.data.sizes import DataSize  # noqa: E402 - see above
from tests.bench.data.summary import summary  # noqa: E402 - see above

FILLED = "filled"


def fill_once(folder: Path, records: int) -> dict[str, float]:
    """Bring the database up to date, fill it unless `folder` says that it is full; return rows, bytes and seconds."""
    call_command("migrate", verbosity=0)
    done = folder / FILLED
    if not done.exists():
        began = time.perf_counter()
        fill(DataSize.of(records), timezone.now(), lambda line: print(line, file=sys.stderr, flush=True))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        done.write_text(json.dumps({**summary(), "seconds": round(time.perf_counter() - began)}))
    kept: dict[str, float] = json.loads(done.read_text())
    return kept
