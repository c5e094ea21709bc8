"""The portion of a set that has to be tried: what the accepted set has as well was tried when it was new.

Asterisk reads a file section by section. What it makes of one depends on the templates that it is based on, on the
objects and contexts that it names, and on a second section of its name, which validation looks for in the whole set.
"""

from collections.abc import Collection, Iterator, Mapping

from asterisk_sync.generations.expected import (
    DIALPLAN_MODULE,
    ExpectedConfig,
    ObjectKey,
    expected_config_uncached,
    module_of,
)
from asterisk_sync.rendering.sections import SectionedText

Portion = tuple[Mapping[str, str], ExpectedConfig]


def portion_since(files: Mapping[str, str], wanted: ExpectedConfig, before: ExpectedConfig) -> Portion:
    """Return the portion of the files to try, and the configuration that it should give.

    1. Without a set before it, all of the set.
    2. Otherwise the sections of objects and contexts that are new or altered,
    3. those of all objects that these name, and of other objects with the same names,
    4. every template,
    5. and an empty context for each one that is only named.
    """
    if not before.objects and not before.contexts:
        return files, wanted
    change = wanted.change_since(before)
    objects = _with_references(change.objects, wanted)
    names = frozenset(name for _kind, name in objects)
    portion = {
        name: _sections(text, change.contexts if module_of(name) == DIALPLAN_MODULE else names)
        for name, text in files.items()
    }
    last = max(name for name in files if module_of(name) == DIALPLAN_MODULE)
    stubs = _named_contexts(objects, change.contexts, wanted) - change.contexts
    portion[last] += "".join(f"[{name}]\n" for name in sorted(stubs))
    return portion, expected_config_uncached(portion)


def _with_references(keys: Collection[ObjectKey], wanted: ExpectedConfig) -> frozenset[ObjectKey]:
    """Return the objects, others with the same names, as their sections are cut out too, and all that these name."""
    found: set[ObjectKey] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found and key in wanted.objects:
            found.add(key)
            waiting += wanted.objects[key].references
            waiting += ((kind, key[1]) for kind in wanted.kinds)
    return frozenset(found)


def _named_contexts(objects: Collection[ObjectKey], contexts: Collection[str], wanted: ExpectedConfig) -> set[str]:
    named = {include for name in contexts for include in wanted.contexts[name].includes}
    endpoints = (wanted.objects[key] for key in objects if key[0] == "endpoint")
    named.update(context for endpoint in endpoints for context in endpoint.values("context"))
    return named & wanted.contexts.keys()


def _sections(text: str, names: Collection[str]) -> str:
    return "".join(_chosen(SectionedText.of(text).pieces[1:], names))


def _chosen(pieces: list[str], names: Collection[str]) -> Iterator[str]:
    """Yield the text of the sections with these names, and of all templates."""
    for piece in pieces:
        name, _bracket, options = piece.partition("\n")[0].partition("]")
        # `[name](!)` is a template.
        if name in names or "!" in options:
            yield f"[{piece}\n"
