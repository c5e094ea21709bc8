"""Runs of the pipeline in this process, and what is live after them."""

from collections.abc import Callable
from pathlib import Path
from unittest import mock

from asterisk_sync.changes import services
from asterisk_sync.models import Node, SyncRun
from asterisk_sync.pipeline import run as pipeline
from asterisk_sync.rendering import files as envelope
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.files import seal
from deploy.trial.asterisk import AsteriskInstance

Render = Callable[..., dict[str, str]]


def run(node: Node) -> SyncRun:
    last = pipeline.synchronise(node.pk)
    assert last is not None
    return last


def fresh(node: Node) -> Node:
    found: Node = Node.objects.get(pk=node.pk)
    return found


def live(current: Path) -> str:
    return str(current.readlink())


def endpoints(asterisk: AsteriskInstance) -> str:
    return asterisk.cli("pjsip show endpoints")


def change_file(name: str, edit: Callable[[str], str]) -> "mock._patch[Render]":
    """Render as a bad template would: `edit` the body of one file and seal it again."""
    original: Render = render_files

    def render(*args: object, **kwargs: object) -> dict[str, str]:
        files = original(*args, **kwargs)
        generation, _digest = envelope.read_header(files[name])
        body = envelope.without_header(files[name]).rpartition("\n; === End ===")[0]
        return files | {name: seal(name, edit(body), generation)}

    return mock.patch("asterisk_sync.pipeline.candidate.render_files", render)


def run_again(node: Node) -> SyncRun:
    services.request_sync(node=fresh(node))
    return run(node)
