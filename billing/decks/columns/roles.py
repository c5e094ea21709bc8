"""What a column of a price list can be, with the words for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Hours beside those of a list's plain prices, and the kinds of numbers that a list may price apart in one row.
HOURS = ("off_peak", "weekend")
KINDS = ("fixed", "mobile", "vc1", "vc2", "vc3")
# What every hour may have of its own.
HOURLY = ("price", "price_first", "price_next", "initial", "increment", "blocks")
PER_CALL = ("connect_fee", "setup_fee", "call_fee", "surcharge", "disconnect_fee")

LABELS: dict[str, Any] = {
    "prefix": _("Prefix"),
    "country": _("Country code"),
    "area": _("Area codes"),
    "name": _("Destination"),
    "origin": _("Origin"),
    "kind": _("Fixed or mobile"),
    "price": _("Price per minute"),
    "price_first": _("Price of the first interval"),
    "price_next": _("Price of the next intervals"),
    "fixed_price": _("Price to fixed numbers"),
    "mobile_price": _("Price to mobile numbers"),
    "vc1_price": _("VC1, mobile of the caller's area"),
    "vc2_price": _("VC2, mobile of the caller's region"),
    "vc3_price": _("VC3, mobile elsewhere"),
    "minute_surcharge": _("Surcharge per minute"),
    "connect_fee": _("Connect fee"),
    "setup_fee": _("Set-up fee"),
    "call_fee": _("Price per call"),
    "surcharge": _("Surcharge per call"),
    "disconnect_fee": _("Disconnect fee"),
    "minimum_charge": _("Minimum charge"),
    "blocks": _("Blocks (60/60, 1+1)"),
    "initial": _("Initial block"),
    "increment": _("Increment"),
    "free": _("Free seconds"),
    "off_peak_price": _("Off-peak price"),
    "off_peak_price_first": _("Off-peak price of the first interval"),
    "off_peak_price_next": _("Off-peak price of the next intervals"),
    "off_peak_initial": _("Off-peak initial block"),
    "off_peak_increment": _("Off-peak increment"),
    "off_peak_blocks": _("Off-peak blocks"),
    "weekend_price": _("Weekend price"),
    "weekend_price_first": _("Weekend price of the first interval"),
    "weekend_price_next": _("Weekend price of the next intervals"),
    "weekend_initial": _("Weekend initial block"),
    "weekend_increment": _("Weekend increment"),
    "weekend_blocks": _("Weekend blocks"),
    "effective": _("Effective from"),
    "ends": _("Effective until"),
    "change": _("Change"),
    "status": _("Status"),
    "blocked": _("Blocked"),
    "allowed": _("Allowed"),
    "active": _("Active"),
    "discontinued": _("Discontinued"),
    "exact": _("Exact match"),
    "currency": _("Currency"),
}
# Columns that say nothing about prices, or what is said better by another column.
IGNORED = "ignored"
# A column of the kind's name that stands in where the list has no better one.
SECOND_NAME, PRESENT_PRICE = "second_name", "present_price"

PRICES_OF_KINDS = tuple(f"{kind}_price" for kind in KINDS)
PRICES = tuple(name for name in LABELS if name.startswith("price") or "_price" in name)
MONEY = (*PRICES, *PER_CALL, "minute_surcharge", "minimum_charge")
SECONDS = ("initial", "increment", "free", *(f"{hours}_{name}" for hours in HOURS for name in ("initial", "increment")))
BLOCKS = ("blocks", *(f"{hours}_blocks" for hours in HOURS))
FLAGS = ("blocked", "allowed", "active", "discontinued", "exact")
DATES = ("effective", "ends")
# Two columns of these change no price.
HARMLESS = frozenset({"name", IGNORED, SECOND_NAME, PRESENT_PRICE})
