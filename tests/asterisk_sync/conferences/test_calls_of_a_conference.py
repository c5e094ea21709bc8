"""The list of calls is narrowed to those of a conference, by whoever may see it."""

import pytest
from django.test import Client

from asterisk_sync.conferences.services import start_conference
from asterisk_sync.models import ConferenceLeg
from tests.entities import make_conference
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.mark.slow(seconds=0.3)
def test_the_calls_of_a_conference_are_those_of_its_legs(client: Client) -> None:
    NodeFactory.create(originate_secret="s" * 32)
    conference = make_conference()
    session = start_conference(conference=conference, actor="ana")
    ConferenceLeg.objects.filter(session=session).update(linkedid="of-it")
    CdrFactory.create(linkedid="of-it", src="77001", customer=conference.customer)
    CdrFactory.create(linkedid="another", src="77002", customer=conference.customer)
    foreign = make_conference()
    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[conference.customer]))
    text = client.get("/calls/", {"conference": str(conference.pk)}).content.decode()
    assert "/numbers/77001/" in text
    assert "/numbers/77002/" not in text
    text = client.get("/calls/", {"conference": str(foreign.pk)}, headers={"accept-language": "en"}).content.decode()
    assert "This filter is left out." in text
