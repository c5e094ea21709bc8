"""Finds the regular expressions of modules, each with the methods by which it is used."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings

METHODS = frozenset({"match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"})
WITH_FLAGS = 2  # where re.search(pattern, text, flags) has its flags
SUBSTITUTING = frozenset({"sub", "subn", "split"})


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression of a module, and one method by which it is used."""

    place: str
    pattern: re.Pattern[Any]
    method: str


def modules_of(package: str) -> list[ModuleType]:
    """Import every module of a package, its migrations apart."""
    base, found = Path(settings.BASE_DIR), []
    for file in sorted(Path(base, *package.split(".")).rglob("*.py")):
        if "migrations" not in file.parts:
            name = ".".join(file.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
            found.append(importlib.import_module(name))
    return found


def expressions_of(module: ModuleType) -> Iterator[Expression]:
    """Yield what a module compiles under a name of its own, by each method that it calls, and what it gives to `re`.

    What is called in other modules only is tried as a search and as a match of the whole. Raise NameError for a call
    of `re` whose expression is made of more than the module's own names.
    """
    tree = ast.parse(Path(str(module.__file__)).read_text())
    called: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.value, ast.Name):
            called.setdefault(node.value.id, set()).add(node.attr)
    for name, pattern in vars(module).items():
        if isinstance(pattern, re.Pattern):
            for method in sorted(called.get(name) or {"search", "fullmatch"}):
                yield Expression(f"{module.__name__}.{name}", pattern, method)
    yield from _given_to_re(module, tree)


def _given_to_re(module: ModuleType, tree: ast.AST) -> Iterator[Expression]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            method, owner = node.func.attr, node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re":
                pattern = re.compile(_value(node.args[0], module), _flags(node, method, module))
                yield Expression(f"{module.__name__}:{node.lineno}", pattern, method)


def _flags(call: ast.Call, method: str, module: ModuleType) -> int:
    named = [word.value for word in call.keywords if word.arg == "flags"]
    placed = call.args[WITH_FLAGS:] if method not in SUBSTITUTING else []
    return next((int(_value(flags, module)) for flags in [*named, *placed]), 0)


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), str(module.__file__), "eval"), vars(module))  # noqa: S307 - our own source
