"""The part of a set that an Asterisk has not loaded yet: what one before it had as well need not be tried again.

Sections are read one by one: what Asterisk makes of one depends on no other, but for the templates it is based on, the
objects and contexts that it names, and doubles, which validation finds over the whole set.
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
    """Return the text of the sections that `before` has not, or has otherwise, with what they name, and its meaning.

    A context that is only named is an empty one; all is returned where there is nothing before.
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
    """Return the objects, all others of their names, which are cut out of the text with them, and what these name."""
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
    """Yield the sections with these names, and all templates."""
    for piece in pieces:
        name, _bracket, options = piece.partition("\n")[0].partition("]")
        if name in names or "!" in options:
            yield f"[{piece}\n"
