"""Whether a rendered set holds what its snapshot means, and nothing else; then what a real Asterisk makes of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from asterisk_sync.generations.expected import (
    DIALPLAN_MODULE,
    PJSIP_MODULE,
    ExpectedConfig,
    expected_config,
)
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import Context, PjsipObject
from asterisk_sync.snapshot.values import Snapshot
from asterisk_sync.throwaway import run_trial
from routing.models import SentFormat
from tests.core.numbers.plans import BRAZIL
from tests.fuzz.meaning import STRUCTURE, VIEW, Meaning, meaning_of, placed
from tests.fuzz.sets import GOOD, MOST_ADDRESSES
from tests.rendering.example import example

BOTH = frozenset({PJSIP_MODULE, DIALPLAN_MODULE})
# Calls that carry values of the database; of all others the set has what every set has.
SEVERAL_STEPS = ("va-route-", "va-gateway-", "va-customer-")
CARRIERS = (*SEVERAL_STEPS, "from-internal-", "va-level", "va-dids-")
MARKER = re.compile(r"aor gen-[0-9a-f]{16}(?:-[a-z-]+)?")

# A route's own pattern, as a regular expression.
_PATTERN = re.compile(r'(?<=REGEX\(")\^[0-9+*#.$()\[\]?-]*(?=" \$\{va_plain\}\))')
_GROUP = re.compile(r"(?<=GROUP_COUNT\()[^@]*(?=@)")
_EXPRESSION = re.compile(r"\$[{\[]")
_WORDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=_)[0-9a-f]{32}(?=\})|[0-9]+")


def faults(files: Mapping[str, str], snapshot: Snapshot) -> Iterator[str]:
    """Yield what the set has otherwise than the snapshot means; each line names an object."""
    read, meant = expected_config(files), meaning_of(snapshot)
    yield from _objects(read, meant)
    yield from _lines(read, meant)
    yield from chain.from_iterable(map(_other_sequences, read.contexts.values()))
    yield from _contexts(read, meant, snapshot)
    yield from _calls(read, snapshot)


def live_faults(files: Mapping[str, str]) -> tuple[list[str], int]:
    """Load the set into a real Asterisk; return what is live otherwise than we read it, and how much is live."""
    trial = run_trial(files, expected_config(files), BOTH)
    return trial.problems, sum(trial.loaded.values())


def _objects(read: ExpectedConfig, meant: Meaning) -> Iterator[str]:
    found = {_key(item): item for item in read.objects.values() if not MARKER.fullmatch(f"{item.type} {item.name}")}
    yield from (f"{kind} {name} is not in the files" for kind, name in meant.objects.keys() - found.keys())
    yield from (
        f"{kind} {name} is in the files and was not meant" for kind, name in found.keys() - meant.objects.keys()
    )
    for key in found.keys() & meant.objects.keys():
        yield from _options(found[key], meant.objects[key])


def _key(item: PjsipObject) -> tuple[str, str]:
    """An identify may have a sign in front of the name of its endpoint, by which it is sorted."""
    return item.type, item.name.removeprefix("+") if item.type == "identify" else item.name


def _options(item: PjsipObject, meant: Mapping[str, list[str]]) -> Iterator[str]:
    decided = DECIDED[item.type]
    for key in decided:
        wanted, values = meant.get(key, []), item.values(key)
        if key == "set_var":
            values = sorted(value for value in values if not re.fullmatch(r"va_view=-[0-9a-f]{12}", value))
            wanted = sorted(wanted)
        if key == "context" and wanted == [VIEW]:
            wanted = values if re.fullmatch(r"va-view-[0-9a-f]{12}", "".join(values)) else wanted
        if values != wanted and (item.type, key, tuple(values)) not in _constants():
            yield f"{item.type} {item.name}: {key} is {values} and not {wanted}"
    for key, value in item.options:
        seconds = key == "qualify_frequency" and re.fullmatch("[1-9][0-9]", value)
        if key not in decided and not seconds and (item.type, key, (value,)) not in _constants():
            yield f"{item.type} {item.name}: {key}={value} was not meant"


DECIDED = {
    "endpoint": (
        "context", "accountcode", "allow", "aors", "auth", "outbound_auth", "from_user", "from_domain", "callerid",
        "set_var",
    ),
    "aor": ("contact", "max_contacts"),
    "auth": ("username", "password"),
    "identify": ("endpoint", "match"),
    "registration": ("server_uri", "client_uri", "contact_user", "outbound_auth", "endpoint"),
}  # fmt: skip


@lru_cache(maxsize=1)
def _constants() -> frozenset[tuple[str, str, tuple[str, ...]]]:
    """Return the options that are the templates' own: seen in good sets, and not decided by the database."""
    found = set()
    for snapshot in (example(), GOOD):
        for item in expected_config(render_files(snapshot, 1)).objects.values():
            found |= {(item.type, key, (value,)) for key, value in item.options if key not in DECIDED[item.type]}
    # Trunk customers have the same codecs all.
    return frozenset(found | {("endpoint", "allow", ("alaw,ulaw",))})


def _lines(read: ExpectedConfig, meant: Meaning) -> Iterator[str]:
    found: Counter[tuple[str, str, str]] = Counter()
    for context in read.contexts.values():
        if not context.name.startswith(CARRIERS):
            continue
        for exten, steps in context.extensions.items():
            for step in steps:
                found.update(placed(context.name, exten, f"{step.application}({step.arguments})"))
    yield from (f"{exten}@{context}: {call} is not in the files" for context, exten, call in meant.lines - found.keys())
    for place, exten, call in found.keys() - meant.lines:
        if not place.startswith(SEVERAL_STEPS):
            yield f"{exten}@{place}: {call} is in the files and was not meant"


def _other_sequences(context: Context) -> Iterator[str]:
    """A context of several steps has one of the sequences of applications that good sets have, whatever is in it."""
    kind = next((start for start in SEVERAL_STEPS if context.name.startswith(start)), "")
    for exten, steps in context.extensions.items():
        if kind and (kind, exten, " ".join(step.application for step in steps)) not in _shapes()[2]:
            yield f"{exten}@{context.name} has other steps than were meant"


def _contexts(read: ExpectedConfig, meant: Meaning, snapshot: Snapshot) -> Iterator[str]:
    named = meant.contexts | set(_usual_contexts())
    yield from (f"context {name} is not in the files" for name in named - read.contexts.keys())
    for name in read.contexts.keys() - named:
        if not STRUCTURE.fullmatch(name):
            yield f"context {name} is in the files and was not meant"
    for name, usual in _usual_contexts().items():
        if _plain(read.contexts[name]) != usual:
            yield f"context {name} is not as in every set"
    entries = {f"from-internal-{customer.code}" for customer in snapshot.customers}
    for context in read.contexts.values():
        for include in context.includes:
            if include not in read.contexts or include in entries:
                yield f"context {context.name} includes {include}"


Plain = tuple[tuple[str, str, str], ...]


def _plain(context: Context) -> Plain:
    return tuple(
        (exten, step.application, _WORDS.sub("9", step.arguments))
        for exten, steps in context.extensions.items()
        for step in steps
    )


@lru_cache(maxsize=1)
def _usual_contexts() -> dict[str, Plain]:
    """Return the contexts that every set has, whatever is in it."""
    empty = expected_config(render_files(Snapshot(BRAZIL), 1)).contexts
    return {
        name: _plain(context)
        for name, context in empty.items()
        if not name.startswith("va-generation") and not STRUCTURE.fullmatch(name)
    }


def _calls(read: ExpectedConfig, snapshot: Snapshot) -> Iterator[str]:
    """No application, and no expression, that good sets do not have."""
    names = {gateway.name for gateway in snapshot.gateways}
    for context in read.contexts.values():
        for exten, steps in context.extensions.items():
            for step in steps:
                if "$" not in step.arguments and step.application in _shapes()[0]:
                    continue
                strange = [shape for shape in _expressions(step.arguments, names) if shape not in _shapes()[1]]
                if strange or step.application not in _shapes()[0]:
                    yield f"{exten}@{context.name}: {step.application} with {strange} was not meant"
            if "$" in exten or "{" in exten:
                yield f"{exten}@{context.name} is an expression"


@lru_cache(maxsize=1)
def _shapes() -> tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str, str]]]:
    """Return the applications, the expressions and the sequences of applications of good sets."""
    applications: set[str] = set()
    expressions: set[str] = set()
    sequences: set[tuple[str, str, str]] = set()
    for snapshot in (example(), GOOD, *_variants()):
        names = {gateway.name for gateway in snapshot.gateways}
        for context in expected_config(render_files(snapshot, 1)).contexts.values():
            kind = next((start for start in SEVERAL_STEPS if context.name.startswith(start)), "")
            for exten, steps in context.extensions.items():
                sequences.add((kind, exten, " ".join(step.application for step in steps)))
                applications.update(step.application for step in steps)
                expressions.update(shape for step in steps for shape in _expressions(step.arguments, names))
    return frozenset(applications), frozenset(expressions), frozenset(sequences)


def _variants() -> Iterator[Snapshot]:
    """Yield the good set with each choice of the templates taken once."""
    trunk = GOOD.customers[0]
    for count in range(MOST_ADDRESSES + 1):
        addresses = tuple(replace(trunk.addresses[0], network=f"203.0.113.{place}") for place in range(1, count + 1))
        yield replace(GOOD, customers=(replace(trunk, addresses=addresses), *GOOD.customers[1:]))
    yield replace(GOOD, customers=(replace(trunk, active=False), *GOOD.customers[1:]))
    for sent_format in SentFormat.values:
        yield replace(GOOD, gateways=(replace(GOOD.gateways[0], sent_format=sent_format),))
    for rule in ("keep", "e164", "e164_plus", "national", "fixed"):
        for strip in (0, 3):
            gateway = replace(GOOD.gateways[0], caller_id_rule=rule, strip_digits=strip)
            for by_weight in (True, False):
                route = replace(GOOD.routes[0], by_weight=by_weight, strip_digits=strip, caller_id_number="")
                second = replace(gateway, id=GOOD.routes[0].id, name="second", addresses=())
                third = replace(second, id=GOOD.dids[0].id, name="third")
                steps = tuple(replace(route.steps[0], gateway=name) for name in (gateway.name, "second", "third"))
                for count in (1, 2, 3):
                    yield replace(
                        GOOD, gateways=(gateway, second, third), routes=(replace(route, steps=steps[:count]),)
                    )


def _expressions(arguments: str, names: set[str]) -> Iterator[str]:
    """Yield each expression, with those inside it, with numbers and the names of gateways left out."""
    for match in _EXPRESSION.finditer(arguments):
        text = _balanced(arguments, match.start())
        text = _GROUP.sub(lambda group: "name" if group[0] in names else group[0], text)
        yield _WORDS.sub("9", _PATTERN.sub("pattern", text))


def _balanced(text: str, start: int) -> str:
    opening = text[start + 1]
    closing = {"{": "}", "[": "]"}[opening]
    depth = 0
    for index in range(start + 1, len(text)):
        depth += (text[index] == opening) - (text[index] == closing)
        if depth == 0:
            return text[start : index + 1]
    return text[start:]
