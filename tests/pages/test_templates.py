"""Rules of the page templates and of what is vendored."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from voipadmin.core.tables.badges import LOOKS, icon

TEMPLATES = [
    path for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")) if "asterisk/" not in path.as_posix()
]
ICON_TAG = re.compile(r"{% icon [\"']([a-z0-9-]+)[\"']")
HTMX_REQUEST = re.compile(r"<[a-z-]+[^>]*\bhx-(?:get|post)=[^>]*>", re.DOTALL)


def relative(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_has_inline_style_or_handler_or_a_foreign_address(path: Path) -> None:
    text = path.read_text()
    # Mail programs take no style but that of each element, and obey no policy of ours.
    assert not re.search(r"\sstyle=", text) or relative(path).startswith("mail/")
    assert not re.search(r"\son[a-z]+=", text)
    assert "hx-on" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_each_htmx_request_says_where_its_answer_goes(path: Path) -> None:
    for tag in HTMX_REQUEST.findall(path.read_text()):
        assert "hx-target=" in tag, tag
        assert "hx-swap=" in tag, tag


@pytest.mark.slow(seconds=2)
def test_every_icon_exists() -> None:
    names = {name for path in TEMPLATES for name in ICON_TAG.findall(path.read_text())}
    names |= {look.icon for look in LOOKS.values()}
    assert len(names) > 40
    for name in names:
        assert "<svg" in icon(name)


def test_vendored_files_are_those_of_the_list() -> None:
    text = (settings.BASE_DIR / "docs/third-party.md").read_text()
    listed = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (.+)$", text, re.MULTILINE)}
    assert len(listed) == 8
    for name, digest in listed.items():
        assert hashlib.sha256((settings.BASE_DIR / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.django_db
def test_pages_forbid_what_is_not_of_the_house(admin: Client) -> None:
    response = admin.get(reverse("customers:customer_list"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert '"allowEval": false' in response.content.decode()
