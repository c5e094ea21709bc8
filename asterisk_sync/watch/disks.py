"""Disks of the panel and of the nodes."""

import shutil
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from asterisk_sync.alarms import DISK_FULL
from asterisk_sync.models import Node
from voipadmin.core.alarms.services import report_subject

GIGABYTE = 1024**3


def report_disks_of_panel(now: datetime) -> None:
    """Say of the disks of the machine that runs the panel whether they are nearly full."""
    _report(settings.DISK_PATHS, now)


def report_disks_of_node(node: Node, now: datetime) -> None:
    """Say so of the disks on which a node has its files; asked of the worker beside it."""
    _report([node.config_path, node.spool_path, str(Path(node.cdr_path).parent)], now)


def is_nearly_full(free: int, total: int) -> bool:
    """Tell whether less is free than DISK_FREE_PERCENT, and than DISK_FREE_GB: whatever is less."""
    return bool(free < min(total * settings.DISK_FREE_PERCENT / 100, settings.DISK_FREE_GB * GIGABYTE))


def _report(paths: Iterable[str], now: datetime) -> None:
    # One alarm for each disk of a machine, whoever looks and whichever paths are on it, named by the first.
    where = socket.gethostname()
    disks: dict[int, str] = {}
    for path in paths:
        try:
            disks.setdefault(Path(path).stat().st_dev, path)
        except OSError:
            continue
    for device, path in disks.items():
        usage = shutil.disk_usage(path)
        details: dict[str, Any] | None = None
        if is_nearly_full(usage.free, usage.total):
            percent = f"{100 * usage.free / usage.total:.1f}"
            details = {"where": where, "path": path, "free": f"{usage.free / GIGABYTE:.1f}", "percent": percent}
        report_subject(DISK_FULL, f"{where}:{device}", details, now=now)
