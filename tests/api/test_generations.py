"""Generations, rollback, staged changes and drift through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from asterisk_sync.generations import store
from asterisk_sync.models import (
    DriftFinding,
    Generation,
    GenerationStatus,
    Node,
    OutboxEntry,
    SyncState,
    rendered_secret,
)
from asterisk_sync.rendering.files import FILE_NAMES, seal
from tests.api.client import ApiClient, client_of, problem
from tests.factories import NodeFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def kept(node: Node, number: int, text: str, **facts: Any) -> Generation:
    bodies = dict.fromkeys(FILE_NAMES, "") | {"pjsip_extensions.conf": f"{text}\n"}
    files = {name: seal(name, body, number) for name, body in bodies.items()}
    if "status" not in facts:
        facts["accepted_at"] = timezone.now() - timedelta(days=1) + timedelta(minutes=number)
    return store.record(node, number, files, **facts)


@pytest.fixture
def node(db: None) -> Node:
    made: Node = NodeFactory.create()
    return made


def test_generations_are_listed_by_node_and_status_without_any_text(operator: ApiClient, node: Node) -> None:
    first = kept(node, 1, "password=Very.secret.1", verification={"endpoint": 3})
    kept(node, 2, "x=1", status=GenerationStatus.REFUSED, refused_reason="line 7")
    kept(NodeFactory.create(), 3, "y=1")
    (shown,) = operator.get(f"/generations/?node_id={node.pk}&status=accepted").json()["items"]
    assert (shown["id"], shown["number"], shown["verification"]) == (str(first.pk), 1, {"endpoint": 3})
    assert set(shown["files"]) == set(FILE_NAMES)
    assert "Very.secret.1" not in operator.get(f"/generations/{first.pk}").content.decode()
    assert [item["number"] for item in operator.get("/generations/?ordering=number").json()["items"]] == [1, 2, 3]


def test_a_generation_is_compared_with_the_one_before_it_or_with_any_other(operator: ApiClient, node: Node) -> None:
    first = kept(node, 1, "max_contacts=1\npassword=Very.secret.1")
    second = kept(node, 2, "max_contacts=2\npassword=Very.secret.2")
    third = kept(node, 3, "max_contacts=3\npassword=Very.secret.2")
    found = operator.get(f"/generations/{second.pk}/diff").json()
    (file,) = found["files"]
    assert (found["before"], found["unreadable"]) == (str(first.pk), False)
    assert (file["name"], file["added"], file["removed"]) == ("pjsip_extensions.conf", 2, 2)
    assert "+max_contacts=2" in file["diff"]
    assert "Very.secret" not in file["diff"]
    (file,) = operator.get(f"/generations/{third.pk}/diff?against={first.pk}").json()["files"]
    assert "-max_contacts=1" in file["diff"]
    assert operator.get(f"/generations/{first.pk}/diff").json()["before"] is None
    foreign = kept(NodeFactory.create(), 9, "x=1")
    problem(operator.get(f"/generations/{third.pk}/diff?against={foreign.pk}"), 422)
    problem(operator.get(f"/generations/{third.pk}/diff?agianst={first.pk}"), 422)


def test_an_earlier_set_is_put_back_held_and_released(operator: ApiClient, node: Node) -> None:
    earlier = kept(node, 1, "x=1")
    kept(node, 2, "x=2")
    answer = operator.post(f"/nodes/{node.pk}/rollback", {"generation_id": str(earlier.pk)})
    assert answer.status_code == 202
    assert (answer.json()["held"], answer.json()["chosen_id"]) == (True, str(earlier.pk))
    assert operator.user is not None
    assert OutboxEntry.objects.get(action="restore").actor == operator.user.username
    assert operator.post(f"/nodes/{node.pk}/release").json()["held"] is False
    assert problem(operator.post(f"/nodes/{node.pk}/release"), 409)["code"] == "not_held"
    refused = kept(node, 3, "x=3", status=GenerationStatus.REFUSED)
    wish = {"generation_id": str(refused.pk)}
    assert problem(operator.post(f"/nodes/{node.pk}/rollback", wish), 409)["code"] == "not_restorable"


def test_exactly_the_set_that_was_read_is_applied(operator: ApiClient, node: Node) -> None:
    assert operator.get(f"/nodes/{node.pk}/waiting").json() == {"generation": None}
    seen = kept(node, 2, "x=2", status=GenerationStatus.STAGED)
    Node.objects.filter(pk=node.pk).update(state=SyncState.STAGED, mode="staged")
    read = operator.get(f"/nodes/{node.pk}/waiting").json()["generation"]
    assert read["id"] == str(seen.pk)
    newer = kept(node, 3, "x=3", status=GenerationStatus.STAGED)
    wish = {"generation_id": read["id"]}
    assert problem(operator.post(f"/nodes/{node.pk}/apply", wish), 409)["code"] == "superseded"
    answer = operator.post(f"/nodes/{node.pk}/apply", {"generation_id": str(newer.pk)})
    assert (answer.status_code, answer.json()["chosen_id"]) == (202, str(newer.pk))


def test_drift_is_listed_mended_and_adopted(operator: ApiClient, node: Node) -> None:
    kept(node, 1, "x=1")
    found = kept(node, 1, "x=by-hand", status=GenerationStatus.DRIFTED)
    file = DriftFinding.objects.create(node=node, kind="file", subject="pjsip_extensions.conf", generation=found)
    foreign = DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand")
    assert {item["id"] for item in operator.get("/drift/?open=true").json()["items"]} == {str(file.pk), str(foreign.pk)}
    assert problem(operator.post(f"/drift/{foreign.pk}/mend"), 409)["code"] == "not_mendable"
    assert operator.post(f"/drift/{foreign.pk}/adopt").json()["settlement"] == "adopted"
    assert operator.post(f"/drift/{file.pk}/mend").json()["settlement"] == "mended"
    assert operator.get("/drift/?open=true").json()["items"] == []
    shown = operator.post(f"/drift/{file.pk}/adopt").json()
    assert operator.user is not None
    assert (shown["settlement"], shown["settled_by"]) == ("adopted", operator.user.username)
    node.refresh_from_db()
    assert (node.held, node.chosen) == (True, found)
    assert problem(operator.post(f"/drift/{file.pk}/adopt"), 409)["code"] == "not_adoptable"


def test_who_only_looks_decides_nothing(node: Node) -> None:
    viewer = client_of(Role.VIEWER)
    generation = kept(node, 1, "x=1")
    assert viewer.get(f"/generations/{generation.pk}/diff").status_code == 200
    wish = {"generation_id": str(generation.pk)}
    for action in ("rollback", "apply", "release"):
        assert viewer.post(f"/nodes/{node.pk}/{action}", wish).status_code == 403


def test_the_secret_of_a_node_is_renewed_and_shown_nowhere(operator: ApiClient, node: Node) -> None:
    first = rendered_secret(node)
    answer = operator.post(f"/nodes/{node.pk}/renew-secret")
    assert answer.status_code == 202
    node.refresh_from_db()
    second = rendered_secret(node)
    assert second != first
    assert second not in answer.content.decode()
    assert OutboxEntry.objects.get(action="secret").node == node
    viewer = client_of(Role.VIEWER)
    assert viewer.post(f"/nodes/{node.pk}/renew-secret").status_code == 403
