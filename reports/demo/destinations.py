"""Whom the demo's customers call, and who calls them."""

import random

# (area, weight): where Brazilians are called.
AREAS = (
    ("11", 34), ("21", 13), ("31", 10), ("34", 5), ("41", 7), ("48", 4), ("51", 7), ("61", 6), ("62", 3), ("71", 4),
    ("81", 4), ("85", 3), ("92", 1),
)  # fmt: skip
ABROAD = (
    ("001305", 7, 30), ("0035191", 7, 16), ("0035121", 7, 10), ("005411", 8, 14), ("0054911", 8, 6), ("00346", 8, 6),
    ("003906", 7, 5), ("004930", 7, 5), ("0056", 9, 4), ("00244", 9, 2), ("00598", 8, 4),
)  # fmt: skip
# Where they may call: at home, and where they do.
COUNTRIES = ("BR", "US", "PT", "AR", "ES", "IT", "DE", "CL", "AO", "UY", "GB")
KINDS = (("mobile", 46), ("fixed", 37), ("abroad", 5), ("free", 6), ("shared", 4), ("emergency", 1))
MOBILE_CALLERS = 0.62
EMERGENCY = ("190", "192", "193")


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _area(draw: random.Random) -> str:
    return draw.choices([area for area, _weight in AREAS], [weight for _area, weight in AREAS])[0]


def draw_called(draw: random.Random) -> str:
    """Return a number as a Brazilian dials it."""
    kind = draw.choices([kind for kind, _weight in KINDS], [weight for _kind, weight in KINDS])[0]
    match kind:
        case "mobile":
            return f"0{_area(draw)}9{draw.choice('6789')}{_digits(draw, 7)}"
        case "fixed":
            return f"0{_area(draw)}{draw.choice('2345')}{_digits(draw, 7)}"
        case "free":
            return f"0800{_digits(draw, 7)}"
        case "shared":
            return f"400{draw.choice('34')}{_digits(draw, 4)}"
        case "emergency":
            return draw.choice(EMERGENCY)
    prefix, rest, _weight = draw.choices(ABROAD, [weight for _prefix, _rest, weight in ABROAD])[0]
    return prefix + _digits(draw, rest)


def draw_caller(draw: random.Random) -> str:
    """Return the number of somebody who calls in."""
    if draw.random() < MOBILE_CALLERS:
        return f"55{_area(draw)}9{draw.choice('6789')}{_digits(draw, 7)}"
    return f"55{_area(draw)}{draw.choice('2345')}{_digits(draw, 7)}"
