"""How the demo's calls end, with the causes that Asterisk and carriers give."""

import random
from dataclasses import dataclass
from datetime import timedelta

from billing.models import Disposition

# How many calls need a second gateway.
ATTEMPT_FAILED = 0.055
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Ending:
    """A way to end, and how often."""

    disposition: Disposition
    dial_status: str
    cause: int
    sip_code: int
    weight: int


ENDINGS = (
    Ending(Disposition.ANSWERED, "ANSWER", 16, 200, 640),
    Ending(Disposition.NO_ANSWER, "NOANSWER", 19, 480, 190),
    Ending(Disposition.BUSY, "BUSY", 17, 486, 105),
    Ending(Disposition.FAILED, "CHANUNAVAIL", 1, 404, 45),
    Ending(Disposition.FAILED, "CHANUNAVAIL", 28, 484, 10),
    Ending(Disposition.CONGESTION, "CONGESTION", 34, 503, 10),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended; `talking` is zero where it was not answered."""

    disposition: Disposition
    dial_status: str
    cause: int
    sip_code: int
    ringing: timedelta
    talking: timedelta
    delay_ms: int

    @classmethod
    def congested(cls, draw: random.Random) -> "Outcome":
        """Return an attempt that its carrier could not carry."""
        delay = int(draw.uniform(120, 900))
        waited = timedelta(milliseconds=delay)
        return cls(Disposition.CONGESTION, "CONGESTION", 34, 503, waited, NOTHING, delay)


def draw_outcome(draw: random.Random, *, mean_seconds: float) -> Outcome:
    """Return an ending; answered calls are short mostly, and long now and then."""
    ending = draw.choices(ENDINGS, [ending.weight for ending in ENDINGS])[0]
    delay = int(min(9000, max(300, draw.lognormvariate(7.4, 0.45))))
    ringing = timedelta(milliseconds=delay)
    talking = NOTHING
    if ending.disposition == Disposition.ANSWERED:
        ringing += timedelta(milliseconds=int(draw.uniform(1500, 14_000)))
        seconds = mean_seconds * draw.lognormvariate(-0.6, 1.05)
        talking = timedelta(milliseconds=int(1000 * min(3600, max(1.2, seconds))))
    elif ending.disposition == Disposition.NO_ANSWER:
        ringing += timedelta(milliseconds=int(draw.uniform(20_000, 45_000)))
    return Outcome(ending.disposition, ending.dial_status, ending.cause, ending.sip_code, ringing, talking, delay)
