import pytest
from django.core.exceptions import ValidationError

from routing.models import Provider, ProviderType
from tests.factories import DIDFactory, GatewayFactory, ProviderFactory, RouteFactory
from voipadmin.core.services import save_object

pytestmark = pytest.mark.django_db


def change(provider: Provider, kind: ProviderType) -> None:
    provider.type = kind
    save_object(provider)


def test_a_provider_of_numbers_keeps_selling_them() -> None:
    provider = DIDFactory.create().provider
    with pytest.raises(ValidationError) as refusal:
        change(provider, ProviderType.TERMINATION)
    assert list(refusal.value.message_dict) == ["type"]
    change(provider, ProviderType.ORIGINATION)


def test_a_provider_whose_gateways_are_in_routes_keeps_carrying_calls() -> None:
    gateway = GatewayFactory.create()
    RouteFactory.create(gateways=[gateway])
    with pytest.raises(ValidationError) as refusal:
        change(gateway.provider, ProviderType.ORIGINATION)
    assert list(refusal.value.message_dict) == ["type"]
    change(gateway.provider, ProviderType.TERMINATION)


def test_a_provider_that_nothing_hangs_on_changes_as_it_likes() -> None:
    provider = ProviderFactory.create()
    for kind in ProviderType:
        change(provider, kind)
