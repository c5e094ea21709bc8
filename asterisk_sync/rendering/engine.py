"""Django templates for Asterisk files, with an engine of their own in which every value has to pass the guard."""

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec

from django.conf import settings
from django.template import Context, Engine, Library, Template
from django.template.base import VariableNode

from asterisk_sync.rendering.guard import guard
from voipadmin.core.runtime.caches import RoundCache

Values = dict[str, object]
Arguments = ParamSpec("Arguments")

register = Library()
register.filter("conf", guard)

rendered_fragments: RoundCache[str] = RoundCache()

_BLANK_LINES = re.compile(r"\n{3,}")


class UnguardedVariableError(RuntimeError):
    """A template prints a value without the filter `conf`, which is the guard."""


@lru_cache(maxsize=1)
def _engine() -> Engine:
    # No kind of value allows it: a missing value is refused, where an empty text could pass the guard.
    engine = Engine(autoescape=False, string_if_invalid="<missing>")
    engine.template_builtins.append(register)
    return engine


def guarded(source: str) -> Template:
    """Compile a template; raise UnguardedVariableError where `conf` is not the last filter of a printed value."""
    template = Template(source, engine=_engine())
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        filters = node.filter_expression.filters if isinstance(node, VariableNode) else []
        if not filters or filters[-1][0] is not guard:
            raise UnguardedVariableError(f"{node} is printed without |conf")
    return template


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    return guarded((settings.BASE_DIR / "templates" / "asterisk" / name).read_text())


def render_template(name: str, values: Values) -> str:
    """Return the text of a template; a missing value becomes `<missing>`, which the guard refuses."""
    text = _template(name).render(Context(values, autoescape=False))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"


def fragment(name: str) -> Callable[[Callable[Arguments, Values]], Callable[Arguments, str]]:
    """Make a function that returns the values of the template `name` return the template's text.

    The text is kept by the name and the arguments: the function has to be pure, and its arguments frozen values.
    """

    def decorate(values: Callable[Arguments, Values]) -> Callable[Arguments, str]:
        @wraps(values)
        def text(*args: Arguments.args, **kwargs: Arguments.kwargs) -> str:
            key = (name, args, *sorted(kwargs.items()))
            return rendered_fragments.get_or_make(key, lambda _key: render_template(name, values(*args, **kwargs)))

        return text

    return decorate


def joined(*parts: str) -> str:
    """Return fragments, each of which ends with a line feed, as one text with an empty line between two."""
    return "\n".join(parts)
