"""An entity is known everywhere: what its addresses show is looked for, and what is forgotten is said in a sentence.

Each list below is empty, or holds one sentence for each thing to add: which, and where. CONTRIBUTING.md, "Adding a
model", has them in their order.
"""

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin

from tests.api.document import document
from tests.api.matrix import make_world
from tests.entities import API, KINDS, MAY, REFERENCES
from tests.urls import entities, page_names
from voipadmin.core.pages import Entity

ENTITIES = entities()
NAMES = page_names()
DOCUMENT = document("")
# What is left out on purpose, and why.
WITHOUT_API = {"users.user": "people are administered by people"}
WITHOUT_ADMIN = {"asterisk_sync.driftfinding": "the minute's audit writes and settles it"}
WITHOUT_CHANGELOG = {"asterisk_sync.node": "every run writes its state"}


def name_of(entity: Entity[Any]) -> str:
    """Return what names of an entity's pages begin with, such as `routing:gateway`."""
    return f"{entity.app_label}:{entity.model_name}"


def label_of(entity: Entity[Any]) -> str:
    return f"{entity.app_label}.{entity.model_name}"


def created() -> list[Entity[Any]]:
    """Return the entities that people create with a form."""
    return [entity for entity in ENTITIES if f"{name_of(entity)}_create" in NAMES]


def test_the_addresses_show_every_entity() -> None:
    assert len(ENTITIES) >= 20
    assert {"routing.gateway", "billing.deck", "users.user"} <= {label_of(entity) for entity in ENTITIES}
    assert {"routing.gateway", "users.user"} <= {label_of(entity) for entity in created()}
    assert "billing.deck" not in {label_of(entity) for entity in created()}


def test_what_each_role_may_do_to_it_is_written_down() -> None:
    assert [
        f"MAY in tests/entities.py has no line for {label_of(entity)}: say there what each role may do to it."
        for entity in ENTITIES
        if label_of(entity) not in MAY
    ] == []


@pytest.mark.django_db
def test_there_is_one_to_try_the_roles_on() -> None:
    made = make_world().own
    assert [
        f"make_world() in tests/api/matrix.py makes no {kind}: add one, or a Kind to KINDS in tests/entities.py."
        for kind in MAY
        if kind not in made and _is_model(kind)
    ] == []


def _is_model(kind: str) -> bool:
    app_label, model_name = kind.split(".")
    return model_name in apps.all_models[app_label]


def test_its_form_is_tried() -> None:
    assert [
        f"KINDS in tests/entities.py has no Kind for {name_of(entity)}: say there how to make one, what its form takes"
        " and what it refuses."
        for entity in created()
        if name_of(entity) not in KINDS
    ] == []


def test_some_page_leads_to_its_list() -> None:
    templates = "\n".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    led_to = {related.url_name for entity in ENTITIES for related in entity.related}
    assert [
        f"No page leads to {name_of(entity)}_list: add it to templates/components/sidebar.html, or as a Related to the"
        " entity that it belongs to."
        for entity in ENTITIES
        if f"{name_of(entity)}_list" not in led_to and f"{name_of(entity)}_list" not in templates
    ] == []


def test_scripts_reach_it_too() -> None:
    assert [
        f"The API has no {label_of(entity)}: add a Resource and its router to ROUTERS of {entity.app_label}, and a line"
        " to API in tests/entities.py."
        for entity in created()
        if label_of(entity) not in {*API.values(), *WITHOUT_API}
    ] == []


def test_every_part_of_the_api_is_in_the_matrix_of_roles() -> None:
    parts = {path.split("/")[1] for path in DOCUMENT["paths"]} - {"auth"}
    assert [
        f'API in tests/entities.py has no line for /{part}/: add "{part}": "APP.MODEL", the kind that it is about.'
        for part in sorted(parts - API.keys())
    ] == []


def _schemas_sent() -> dict[str, Any]:
    """Return the schemas of bodies, those within others included, by name."""
    known: dict[str, Any] = DOCUMENT["components"]["schemas"]
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    found: dict[str, Any] = {}
    waiting = [json.dumps(operation.get("requestBody", {})) for operation in operations]
    while waiting:
        for name in re.findall(r"#/components/schemas/(\w+)", waiting.pop()):
            if name not in found:
                found[name] = known[name]
                waiting.append(json.dumps(known[name]))
    return found


def test_every_reference_in_a_body_is_tried_with_an_object_that_is_there() -> None:
    fields = {
        (schema, name)
        for schema, definition in _schemas_sent().items()
        for name, described in definition.get("properties", {}).items()
        if '"uuid"' in json.dumps(described)
    }
    assert fields
    assert [
        f'REFERENCES in tests/entities.py has no line for {name} of {schema}: add "{name}": "APP.MODEL".'
        for schema, name in sorted(fields)
        if name not in REFERENCES
    ] == []


def test_it_is_in_the_django_admin() -> None:
    assert [
        f"{entity.model.__name__} is not in the Django admin: register a DomainAdmin in {entity.app_label}/admin.py, or"
        " a ReadOnlyAdmin where nobody writes it by hand."
        for entity in ENTITIES
        if entity.model not in admin.site._registry and label_of(entity) not in WITHOUT_ADMIN
    ] == []


def test_what_people_change_keeps_a_changelog() -> None:
    assert [
        f"{entity.model.__name__} has a form and no changelog: write keeps_changelog = True into the model."
        for entity in ENTITIES
        if entity.form and not entity.model.keeps_changelog and label_of(entity) not in WITHOUT_CHANGELOG
    ] == []
