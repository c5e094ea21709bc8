"""The Portuguese words: all of them, as the source asks for them, compiled and on the pages."""

import gettext
import html
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.factories.users import UserFactory
from tests.urls import entities, page_names
from voipadmin.users.roles import Role

pytestmark = pytest.mark.slow(seconds=0.3)

MESSAGES = Path(settings.LOCALE_PATHS[0]) / "pt_BR" / "LC_MESSAGES"
TRANSLATIONS = MESSAGES / "django.po"
SOURCES = (
    "asterisk_sync", "billing", "customers", "numbering", "reports", "routing", "templates", "voipadmin",
)  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[a-z]\b|\{\w*\}")
# Every list and every form of a new object, and what else has words of its own.
REPORTS = ("reports:dids", "reports:margin", "reports:quality")
PAGES = ("reports:dashboard", *REPORTS, "users:settings", "numbering:did_range", *sorted(
    name for entity in entities() for name in map(entity.url_name, ("list", "create")) if name in page_names()
))  # fmt: skip

Catalogue = dict[Any, str]

# Keys as gettext keeps them: a message, or a message and the number of its plural form.


def run(*command: str, text: str | None = None) -> bytes:
    """Return what a program of GNU gettext says."""
    given = None if text is None else text.encode()
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def catalogue(compiled: bytes) -> Catalogue:
    """Return the messages of a compiled file by their key, without its header."""
    messages: Catalogue = dict(vars(gettext.GNUTranslations(io.BytesIO(compiled)))["_catalog"])
    messages.pop("", None)
    return messages


@pytest.fixture(scope="module")
def translated() -> Catalogue:
    """The Portuguese of each message; what is fuzzy or empty is not there."""
    return catalogue(run("msgfmt", "-o", "-", str(TRANSLATIONS)))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The English of each message, collected from a copy of the source as `make messages` does."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copytree(
            settings.BASE_DIR / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "migrations", "*.conf")
        )
    (copy / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        call_command("makemessages", locale=["pt_BR"], keep_pot=True, verbosity=0)
    template = (copy / "locale" / "django.pot").read_text()
    template = template.replace("nplurals=INTEGER; plural=EXPRESSION;", "nplurals=2; plural=(n != 1);")
    return catalogue(run("msgfmt", "-o", "-", "-", text=run("msgen", "-", text=template).decode()))


def test_every_string_of_the_source_has_a_translation(source: Catalogue, translated: Catalogue) -> None:
    assert len(source) > 700, "the source was not read"
    assert sorted(str(key) for key in source.keys() - translated.keys()) == []


@pytest.mark.parametrize("unfinished", ["--untranslated", "--only-fuzzy"])
def test_no_translation_is_left_unfinished(unfinished: str) -> None:
    assert run("msgattrib", unfinished, "--no-obsolete", str(TRANSLATIONS)).decode() == ""


def test_placeholders_agree(source: Catalogue, translated: Catalogue) -> None:
    different = {
        key: translated[key]
        for key, english in source.items()
        if key in translated and sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(translated[key]))
    }
    assert different == {}


@pytest.mark.slow(seconds=1)
def test_a_translation_ends_as_its_source_does(source: Catalogue, translated: Catalogue) -> None:
    different = {
        key: translated[key]
        for key, english in source.items()
        if key in translated and any((english[-1] == mark) != (translated[key][-1] == mark) for mark in ".?…:")
    }
    assert different == {}


def test_the_compiled_file_holds_what_the_text_says(translated: Catalogue) -> None:
    assert catalogue(TRANSLATIONS.with_suffix(".mo").read_bytes()) == translated


def visible(page: bytes) -> set[str]:
    """Return the pieces of text that a page shows."""
    text = re.sub(r"(?s)<(script|style|code|select)\b.*?</\1>", "", page.decode())
    return {html.unescape(" ".join(piece.split())) for piece in re.split(r"<[^>]*>", text)}


@pytest.fixture
def administrator(db: None) -> Client:
    """A logged-in administrator whose browser asks for no language."""
    client = Client()
    client.force_login(UserFactory.create(role=Role.ADMIN), backend="voipadmin.users.backends.RoleBackend")
    return client


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("name", PAGES)
def test_pages_show_no_english(name: str, administrator: Client, translated: Catalogue) -> None:
    english = {key for key, portuguese in translated.items() if isinstance(key, str) and key != portuguese}
    english |= {key[:1].upper() + key[1:] for key in english} - set(translated.values())
    # The choice of a language names each in its own words.
    english -= {*translated.values(), "English"}

    shown = visible(administrator.get(reverse(name)).content)

    assert "Configurações" in shown
    assert shown & english == set()


def test_the_words_of_the_packages_are_portuguese_too(administrator: Client) -> None:
    refused = administrator.post(reverse("customers:customer_create"), {"rows-TOTAL_FORMS": 0, "rows-INITIAL_FORMS": 0})
    password = administrator.get(reverse("account_change_password"))

    assert "Este campo é obrigatório." in visible(refused.content)
    assert "Senha atual" in visible(password.content)
