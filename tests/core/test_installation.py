"""The installation's settings: one row, checked, audited, with a logo that is a picture."""

import io
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.factories.users import UserFactory
from voipadmin.core.installation.queries import current_installation, read_installation
from voipadmin.core.installation.services import save_installation
from voipadmin.core.models import Installation, InstallationLogo
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Operadora", "legal_name": "Operadora de Telefonia Ltda.", "tax_number": "11.222.333/0001-81",
    "street": "Av. Paulista, 1000", "city": "São Paulo", "state": "sp", "postal_code": "01310100",
    "payment_days": "10", "statement_series": "a", "statement_language": "pt-br",
    "staff_domains": "@Example.com example.net",
}  # fmt: skip


def page(role: str = Role.ADMIN) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=role), backend="voipadmin.users.backends.RoleBackend")
    return client


def picture(form: str = "PNG", size: tuple[int, int] = (20, 10)) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", size).save(content, form)
    return SimpleUploadedFile("logo", content.getvalue())


def test_what_is_entered_is_kept_in_one_spelling_and_audited() -> None:
    assert page().post(reverse("installation"), ANSWERS | {"logo_file": picture()}).status_code == 302
    kept = read_installation()
    assert (kept.tax_number, kept.state, kept.postal_code) == ("11222333000181", "SP", "01310-100")
    assert (kept.statement_series, kept.staff_domains) == ("A", "example.com, example.net")
    assert kept.written_tax_number() == "CNPJ 11.222.333/0001-81"
    assert kept.missing() == []
    assert InstallationLogo.objects.get(pk=kept.logo).media_type == "image/png"
    assert LogEntry.objects.get_for_object(kept).count() == 1
    shown = page().get(reverse("installation")).content.decode()
    assert "data:image/png;base64," in shown
    assert page().post(reverse("installation"), ANSWERS | {"without_logo": "on"}).status_code == 302
    assert read_installation().logo == ""
    assert Installation.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("tax_number", "11.222.333/0001-82", "check digits"),
        ("state", "ZZ", "two letters"),
        ("country", "XX", "two letters"),
        ("postal_code", "1", "8 digits"),
        ("staff_domains", "localhost", "no domain"),
        ("payment_days", "366", "less than or equal"),
        ("statement_series", "A-1", "Letters and digits"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(name: str, value: str, says: str) -> None:
    answer = page().post(reverse("installation"), ANSWERS | {name: value})
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not Installation.objects.exists()


@pytest.mark.parametrize(
    "given", [SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>"), picture("GIF"), picture(size=(2001, 1))]
)
def test_a_logo_is_a_picture_of_a_sensible_size(given: SimpleUploadedFile) -> None:
    answer = page().post(reverse("installation"), ANSWERS | {"logo_file": given})
    assert answer.status_code == 200
    assert "picture" in answer.content.decode()
    assert not InstallationLogo.objects.exists()


def test_there_is_one_row() -> None:
    save_installation(installation=Installation(name="One"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.bulk_create([Installation(name="Two")])


def test_the_copy_follows_a_save_at_once(django_capture_on_commit_callbacks: Any) -> None:
    cache.clear()
    assert current_installation().name == ""
    with django_capture_on_commit_callbacks(execute=True):
        save_installation(installation=Installation(name="One"))
    assert current_installation().name == "One"
    cache.clear()


def test_who_may_only_look_finds_no_button() -> None:
    shown = page(Role.VIEWER).get(reverse("installation")).content.decode()
    assert 'type="submit">' not in shown.split('enctype="multipart/form-data"')[1].split("</form>")[0]
    assert page(Role.CUSTOMER).get(reverse("installation")).status_code == 403
