"""The real Celery worker, which can be stopped at a step: `python -m tests.faults.worker FOLDER ARGUMENT...`."""

import sys
from pathlib import Path

import django
from celery.__main__ import main as celery

from tests.faults.gate import Gate
from tests.faults.steps import watch


def main() -> None:
    """Patch the steps, then be `celery`."""
    folder = Path(sys.argv[1])
    sys.argv = ["celery", *sys.argv[2:]]
    django.setup()
    watch(Gate(folder))
    celery()


if __name__ == "__main__":
    main()
