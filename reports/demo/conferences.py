"""The demo's conference: a clinic's weekly round, with two of its telephones and a doctor who is out."""

from datetime import datetime, timedelta

from django.utils import timezone

from asterisk_sync.conferences.services import save_conference
from asterisk_sync.models import Conference, ConferenceParticipant, Repeat
from customers.models import Customer
from numbering.models import DID

OF = "CLINICAVIDA"
NAME = "Plantão da semana"


def make_conferences(now: datetime) -> None:
    """Make it where it is not there yet: on the next Monday at nine, every week, with the last number to dial in."""
    customer = Customer.objects.get(code=OF)
    if Conference.objects.filter(customer=customer, name=NAME).exists():
        return
    today = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0)
    monday = today + timedelta(days=7 - today.weekday())
    number = DID.objects.filter(allocations__customer=customer, allocations__ends_at=None).order_by("number").last()
    people = [
        ConferenceParticipant(number="1001", name="Dra. Helena Castro", is_moderator=True),
        ConferenceParticipant(number="1002", name="Recepção"),
        ConferenceParticipant(number="011987650042", name="Dr. Renato Pires", email="renato@example.com"),
    ]
    conference = Conference(
        customer=customer,
        name=NAME,
        dial_in=number,
        pin="4711",
        starts_at=monday,
        repeats=Repeat.WEEKLY,
        remind_minutes=30,
        ends_with_moderator=True,
    )
    save_conference(conference=conference, participants=people)
