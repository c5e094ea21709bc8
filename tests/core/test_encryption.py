"""Secrets at rest."""

import base64
from typing import Any

import pytest
from django.db import connection

from customers.models import Extension
from tests.factories import ExtensionFactory, GatewayFactory, NodeFactory
from voipadmin.core import crypto

CONTEXT = "app.model.field"
FIRST, SECOND = f"1:{'a' * 32}", f"2:{'b' * 32}"


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [FIRST]


def column(table: str, name: str, key: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table} WHERE id = %s", [key])  # noqa: S608 - names from this file
        row = cursor.fetchone()
    return str(row[0])


@pytest.mark.django_db
def test_the_database_holds_no_secret_in_plain() -> None:
    extension = ExtensionFactory.create()
    gateway = GatewayFactory.create(authentication="registration", username="u", secret="carrier-secret-1")
    node = NodeFactory.create(ami_secret="ami-secret-12345")
    for table, name, stored, secret in (
        ("customers_extension", "secret", extension.pk, extension.secret),
        ("routing_gateway", "secret", gateway.pk, "carrier-secret-1"),
        ("asterisk_sync_node", "ami_secret", node.pk, "ami-secret-12345"),
    ):
        sealed = column(table, name, stored)
        assert sealed.startswith("enc:1:")
        assert secret not in sealed
        assert secret.encode() not in base64.b64decode(sealed.split(":")[2])


@pytest.mark.django_db
def test_a_secret_comes_back_as_it_was() -> None:
    extension = ExtensionFactory.create()
    assert Extension.objects.get(pk=extension.pk).secret == extension.secret
    assert len(extension.secret) == 32


@pytest.mark.django_db
def test_bulk_writes_and_updates_are_encrypted_too() -> None:
    extension = ExtensionFactory.create()
    Extension.objects.filter(pk=extension.pk).update(secret="updated-secret")
    assert column("customers_extension", "secret", extension.pk).startswith("enc:1:")
    extension.secret = "bulk-secret-9"
    Extension.objects.bulk_update([extension], ["secret"])
    assert column("customers_extension", "secret", extension.pk).startswith("enc:1:")
    assert Extension.objects.get(pk=extension.pk).secret == "bulk-secret-9"


@pytest.mark.django_db
def test_a_secret_cannot_be_searched_for() -> None:
    extension = ExtensionFactory.create()
    assert not Extension.objects.filter(secret=extension.secret).exists()
    with pytest.raises(Exception, match="Unsupported lookup"):
        Extension.objects.filter(secret__startswith="a")


def test_equal_secrets_have_different_ciphertexts() -> None:
    assert crypto.encrypt("same", context=CONTEXT) != crypto.encrypt("same", context=CONTEXT)


def test_a_new_key_writes_new_values_and_the_old_one_still_reads(settings: Any) -> None:
    old = crypto.encrypt("x" * 20, context=CONTEXT)
    settings.FIELD_ENCRYPTION_KEYS = [SECOND, FIRST]
    new = crypto.encrypt("x" * 20, context=CONTEXT)
    assert (old.split(":")[1], new.split(":")[1]) == ("1", "2")
    assert crypto.decrypt(old, context=CONTEXT) == crypto.decrypt(new, context=CONTEXT) == "x" * 20


def test_without_its_key_a_secret_cannot_be_read(settings: Any) -> None:
    sealed = crypto.encrypt("secret", context=CONTEXT)
    settings.FIELD_ENCRYPTION_KEYS = [SECOND]
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(sealed, context=CONTEXT)


def test_another_key_under_the_same_version_does_not_read_it(settings: Any) -> None:
    sealed = crypto.encrypt("secret", context=CONTEXT)
    settings.FIELD_ENCRYPTION_KEYS = [f"1:{'z' * 32}"]
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(sealed, context=CONTEXT)


def test_a_secret_moved_to_another_column_cannot_be_read() -> None:
    sealed = crypto.encrypt("secret", context=CONTEXT)
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(sealed, context="app.model.other")


@pytest.mark.parametrize("position", [0, 5, 12, 20, -1])
def test_one_changed_bit_is_detected(position: int) -> None:
    mark, version, payload = crypto.encrypt("secret-value", context=CONTEXT).split(":")
    raw = bytearray(base64.b64decode(payload))
    raw[position] ^= 1
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(f"{mark}:{version}:{base64.b64encode(raw).decode()}", context=CONTEXT)


@pytest.mark.parametrize(
    "stored", ["plain", "enc:1:", "enc:1:not base64!", "enc:1:AAAA", "enc:9:AAAA", "enc", "abc:1:AAAA"]
)
def test_what_was_never_encrypted_here_is_refused(stored: str) -> None:
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(stored, context=CONTEXT)
