"""What libphonenumber knows of countries, as Asterisk patterns that match exactly what its expressions match."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

from voipadmin.core.numbers.automaton import labelled_patterns
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import Pattern

LONGEST_NATIONAL = 17
_CALLING_CODES = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_GENERAL, _LEADING = "general_desc", "leading_digits"
# The order in which libphonenumber asks (`_number_type_helper` of phonenumberutil): the first that matches decides.
_KINDS = {
    "premium_rate": NumberKind.PREMIUM,
    "toll_free": NumberKind.TOLL_FREE,
    "shared_cost": NumberKind.SHARED_COST,
    "voip": NumberKind.VOIP,
    "personal_number": NumberKind.PERSONAL,
    "pager": NumberKind.OTHER,
    "uan": NumberKind.UAN,
    "voicemail": NumberKind.OTHER,
    "fixed_line": NumberKind.FIXED,
    "mobile": NumberKind.MOBILE,
}


class NationalRange(NamedTuple):
    """National significant numbers of a country and of one kind."""

    pattern: Pattern
    kind: NumberKind
    country: str


class ShortRange(NamedTuple):
    """Codes that are dialled as they are, inside one country."""

    pattern: Pattern
    kind: NumberKind


def metadata_of(region: str) -> PhoneMetadata:
    """Return libphonenumber's metadata of an ISO 3166 region such as `BR`; raise ValueError for an unknown one."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or not metadata.country_code:
        raise ValueError(f"unknown region {region!r}")
    return metadata


def national_lengths(region: str) -> tuple[int, ...]:
    """Return the lengths that national significant numbers of a region may have."""
    description = metadata_of(region).general_desc
    return description.possible_length if description is not None else ()


def countries_of(calling_code: int) -> tuple[str, ...]:
    """Return the regions that share a calling code, in libphonenumber's order; none for codes of no country (870)."""
    return tuple(
        region
        for region in phonenumbers.region_codes_for_country_code(calling_code)
        if len(region) == 2  # noqa: PLR2004 - ISO 3166
    )


@lru_cache(maxsize=64)
def national_ranges(calling_code: int) -> tuple[NationalRange, ...]:
    """Return disjoint patterns of all numbers that libphonenumber calls valid behind a calling code."""
    regions = {region: metadata_of(region) for region in countries_of(calling_code)}
    expressions = {
        f"{region} {name}": text for region, metadata in regions.items() for name, text in _expressions_of(metadata)
    }
    longest = max(length for region in regions for length in national_lengths(region))

    def label_of(matched: frozenset[str], length: int) -> tuple[NumberKind, str] | None:
        for region, metadata in regions.items():
            names = frozenset(name.removeprefix(f"{region} ") for name in matched if name.startswith(f"{region} "))
            kind = _kind_of(metadata, names, length)
            if _LEADING in names or (kind and metadata.leading_digits is None):
                return (kind, region) if kind else None
        return None

    found = labelled_patterns(expressions, label_of, longest)
    return tuple(NationalRange(pattern, *label) for pattern, label in found)


def _expressions_of(metadata: PhoneMetadata) -> Iterable[tuple[str, str]]:
    for name in (_GENERAL, *_KINDS):
        description = getattr(metadata, name)
        if description is not None and description.national_number_pattern:
            yield name, description.national_number_pattern
    if metadata.leading_digits is not None:
        yield _LEADING, rf"(?:{metadata.leading_digits})\d{{0,{LONGEST_NATIONAL}}}"


def _kind_of(metadata: PhoneMetadata, matched: frozenset[str], length: int) -> NumberKind | None:
    def matches(name: str) -> bool:
        description: PhoneNumberDesc | None = getattr(metadata, name)
        lengths = description.possible_length if description is not None else ()
        return name in matched and (not lengths or length in lengths)

    if not matches(_GENERAL):
        return None
    kind = next((kind for name, kind in _KINDS.items() if matches(name)), None)
    if kind is NumberKind.FIXED and (metadata.same_mobile_and_fixed_line_pattern or matches("mobile")):
        return NumberKind.FIXED_OR_MOBILE
    return kind


@lru_cache(maxsize=16)
def short_ranges(region: str) -> tuple[ShortRange, ...]:
    """Return disjoint patterns of a country's emergency numbers and other short numbers that can be called."""
    metadata = PhoneMetadata.short_metadata_for_region(region, None)
    if metadata is None:
        return ()
    names = {
        "emergency": NumberKind.EMERGENCY,
        "sms_services": None,
        "premium_rate": NumberKind.PREMIUM,
        "short_code": NumberKind.SERVICE,
    }
    descriptions = {name: getattr(metadata, name) for name in names}
    expressions = {
        name: description.national_number_pattern
        for name, description in descriptions.items()
        if description is not None and description.national_number_pattern
    }

    def label_of(matched: frozenset[str], length: int) -> NumberKind | None:
        return next(
            (kind for name, kind in names.items() if name in matched and length in descriptions[name].possible_length),
            None,
        )

    found = labelled_patterns(expressions, label_of, LONGEST_NATIONAL)
    return tuple(ShortRange(pattern, kind) for pattern, kind in found)


@lru_cache(maxsize=16)
def international_prefixes(region: str) -> tuple[Pattern, ...]:
    """Return what is dialled before a calling code in a country: 00, in some 011, with carriers where it has them."""
    expression = metadata_of(region).international_prefix or ""
    found = labelled_patterns({region: expression}, lambda _matched, _length: True, LONGEST_NATIONAL)
    return tuple(pattern for pattern, _label in found)


@lru_cache(maxsize=256)
def calling_codes(but: str) -> tuple[Pattern, ...]:
    """Return disjoint patterns of the world's calling codes, without the code `but`."""
    codes = "|".join(sorted(_CALLING_CODES - {but}))
    return tuple(pattern for pattern, _label in labelled_patterns({"code": codes}, lambda *_facts: True, 3))


@lru_cache(maxsize=1)
def calling_codes_by_region() -> tuple[tuple[str, str], ...]:
    """Return every region of ISO 3166 that has numbers, with its calling code, in the order of their letters."""
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return tuple(sorted((region, str(code)) for code in known for region in countries_of(code)))


def calling_code_of(digits: str) -> str:
    """Return the calling code with which digits of E.164 begin, or nothing; no code begins with another one."""
    return next((digits[:length] for length in (1, 2, 3) if digits[:length] in _CALLING_CODES), "")


@lru_cache(maxsize=16)
def local_lengths(region: str) -> frozenset[int]:
    """Return the lengths of numbers without their area, as far as no number with area, or with country, is as short."""
    metadata = metadata_of(region)
    described = [desc for desc in (metadata.fixed_line, metadata.mobile) if desc is not None]
    local = {length for desc in described for length in desc.possible_length_local_only}
    whole = set(national_lengths(region))
    return frozenset(local - whole - {len(str(metadata.country_code)) + length for length in whole})


def area_lengths(region: str) -> frozenset[int]:
    """Return how many digits an area code may have: what fixed numbers lose when they are dialled inside their area."""
    fixed = metadata_of(region).fixed_line
    if fixed is None:
        return frozenset()
    lengths = {whole - local for whole in fixed.possible_length for local in fixed.possible_length_local_only}
    return frozenset(length for length in lengths if length > 0)
