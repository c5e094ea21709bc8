"""Django templates for Asterisk files: an engine of their own, in which every value has to pass the guard."""

import re
from functools import lru_cache

from django.conf import settings
from django.template import Context, Engine, Library, Template
from django.template.base import VariableNode

from asterisk_sync.rendering.guard import guard

register = Library()
register.filter("conf", guard)

_BLANK_LINES = re.compile(r"\n{3,}")


class UnguardedVariableError(RuntimeError):
    """A template prints a value that did not pass the guard."""


@lru_cache(maxsize=1)
def _engine() -> Engine:
    engine = Engine(
        dirs=[str(settings.BASE_DIR / "templates" / "asterisk")], autoescape=False, string_if_invalid="<missing>"
    )
    engine.template_builtins.append(register)
    return engine


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    template = _engine().get_template(name)
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        filters = node.filter_expression.filters if isinstance(node, VariableNode) else []
        if not filters or filters[-1][0] is not guard:
            raise UnguardedVariableError(f"{name}: {node} is printed without |conf")
    return template


def render_template(name: str, values: dict[str, object]) -> str:
    """Return the text of a template; a missing value is refused by the guard like any other bad one."""
    text = _template(name).render(Context(values, autoescape=False))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"
