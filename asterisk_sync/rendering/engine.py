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
    engine = Engine(autoescape=False, string_if_invalid="<missing>")
    engine.template_builtins.append(register)
    return engine


def guarded(source: str) -> Template:
    """Compile a template; raise UnguardedVariableError where it prints anything that the guard does not see last."""
    template = Template(source, engine=_engine())
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        filters = node.filter_expression.filters if isinstance(node, VariableNode) else []
        if not filters or filters[-1][0] is not guard:
            raise UnguardedVariableError(f"{node} is printed without |conf")
    return template


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return guarded((settings.BASE_DIR / "templates" / "asterisk" / name).read_text())


def render_template(name: str, values: dict[str, object]) -> str:
    """Return the text of a template; a missing value is refused by the guard like any other bad one."""
    text = _template(name).render(Context(values, autoescape=False))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"
