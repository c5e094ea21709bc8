"""The table of who may what, line by line; everything else asks it."""

import pytest
from django.contrib.auth.models import Permission

from tests.factories import UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role, role_allows, role_sees_app

A, O, F, V, C = Role.ADMIN, Role.OPERATOR, Role.FINANCE, Role.VIEWER, Role.CUSTOMER  # noqa: E741 - columns of the table
TABLE = {
    "customers.view_customer": {A, O, F, V, C},
    "customers.add_customer": {A, O},
    "customers.change_extension": {A, O},
    "customers.delete_trunkaddress": {A, O},
    "routing.view_gateway": {A, O, F, V},
    "routing.change_gateway": {A, O},
    "routing.delete_provider": {A, O},
    "numbering.view_did": {A, O, F, V, C},
    "numbering.view_didallocation": {A, O, F, V, C},
    "numbering.change_did": {A, O},
    "billing.view_tariff": {A, O, F, V},
    "billing.change_tariff": {A, F},
    "billing.view_cdr": {A, O, F, V, C},
    "billing.change_cdr": {A},
    "billing.delete_cdr": {A},
    "asterisk_sync.view_node": {A, O, F, V},
    "asterisk_sync.sync_node": {A, O},
    "asterisk_sync.change_node": {A},
    "users.view_user": {A},
    "users.change_user": {A},
    "auditlog.view_logentry": {A},
    "customers.frobnicate_customer": {A},
    "nonsense": {A},
    "": {A},
}


@pytest.mark.parametrize("permission", TABLE)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_exactly_what_the_table_says(role: Role, permission: str) -> None:
    assert role_allows(role, permission) is (role in TABLE[permission])


def test_an_unknown_role_may_nothing() -> None:
    assert not any(role_allows("root", permission) for permission in TABLE)
    assert not role_sees_app("root", "customers")


@pytest.mark.django_db
def test_has_perm_asks_the_table_and_only_for_active_users() -> None:
    operator = UserFactory.create(role=Role.OPERATOR)
    assert operator.has_perm("customers.change_customer")
    assert not operator.has_perm("billing.change_tariff")
    assert operator.has_module_perms("customers")
    operator.is_active = False
    assert not operator.has_perm("customers.change_customer")
    assert not operator.has_module_perms("customers")


@pytest.mark.django_db
def test_django_permissions_in_the_database_grant_nothing_beside_the_table() -> None:
    viewer = UserFactory.create(role=Role.VIEWER)
    viewer.user_permissions.add(*Permission.objects.all())
    assert not User.objects.get(pk=viewer.pk).has_perm("customers.change_customer")


@pytest.mark.django_db
def test_only_an_administrator_sees_other_users() -> None:
    admin, viewer = UserFactory.create(role=Role.ADMIN), UserFactory.create()
    assert set(User.objects.visible_to(admin)) == {admin, viewer}
    assert set(User.objects.visible_to(viewer)) == {viewer}
