"""A list that costs more than any list does is refused, and nobody else waits for that."""

import threading
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from numbering.models import DID
from tests.billing.decks.samples import SHEET, changed, workbook
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=2)]


def operator() -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=Role.OPERATOR), backend="voipadmin.users.backends.RoleBackend")
    return client


def sent(client: Client, sheet: bytes) -> Any:
    content = changed(workbook([["number"], ["551140001000"]]), SHEET, sheet)
    return client.post(reverse("numbering:did_import"), {"file": SimpleUploadedFile("numbers.xlsx", content)})


def test_n80_a_list_of_tags_that_never_end_is_refused_on_its_page() -> None:
    assert "no readable XLSX workbook" in sent(operator(), b"<c " * 340_000).content.decode()
    assert not DID.objects.exists()


def test_pages_are_answered_while_a_heavy_list_is_read() -> None:
    writer, reader = operator(), operator()
    # Five million cells without anything in them.
    heavy = b"<worksheet><sheetData>" + (b"<row>" + b"<c/>" * 250 + b"</row>") * 20_000 + b"</sheetData></worksheet>"
    answers: list[Any] = []
    upload = threading.Thread(target=lambda: answers.append(sent(writer, heavy)))
    upload.start()
    seen = 0
    while upload.is_alive():
        assert reader.get(reverse("numbering:did_list")).status_code == 200
        seen += upload.is_alive()
    upload.join()
    assert answers[0].status_code == 200
    assert seen >= 3
    assert not DID.objects.exists()


def test_a_packed_list_that_is_none_is_refused() -> None:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("readme.txt", "<c " * 1000)
    file = SimpleUploadedFile("numbers.xlsx", kept.getvalue())
    answer = operator().post(reverse("numbering:did_import"), {"file": file})
    assert "no readable XLSX workbook" in answer.content.decode()
