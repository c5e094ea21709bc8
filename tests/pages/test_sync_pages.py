"""What a person sees of the synchronisation, and what she may decide."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asterisk_sync import comparison, contents
from asterisk_sync.difference import MASK
from asterisk_sync.models import (
    ApplyMode,
    DriftFinding,
    Generation,
    GenerationStatus,
    Node,
    OutboxEntry,
    Settlement,
    SyncRun,
    SyncState,
)
from asterisk_sync.rendering.files import FILE_NAMES, seal
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.pages.conftest import AsRole
from voipadmin.core.links import page_of
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

SECRET = "Very.secret.1"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def files(generation: int, *extensions: str) -> dict[str, str]:
    """A set whose only objects are extensions."""
    bodies = dict.fromkeys(FILE_NAMES, "")
    for name in extensions:
        bodies["pjsip_extensions.conf"] += (
            f"[{name}]\ntype=endpoint\naccountcode=CLINICA\ncallerid=Ramal <{name}>\nauth={name}\n\n"
            f"[{name}]\ntype=auth\nusername={name}\npassword={SECRET}\n\n"
        )
    return {name: seal(name, body, generation) for name, body in bodies.items()}


def accepted(node: Node, number: int, *extensions: str, **facts: Any) -> Generation:
    """A set that the node accepted `number` minutes after the first one."""
    moment = timezone.now() - timedelta(days=1) + timedelta(minutes=number)
    return contents.record(node, number, files(number, *extensions), **{"accepted_at": moment, **facts})


def noted(node: Node, generation: int, instance: Any, action: str = "changed", actor: str = "ana") -> OutboxEntry:
    entry: OutboxEntry = OutboxEntry.objects.create(
        node=node,
        generation=generation,
        object_label=instance._meta.label_lower,
        object_id=str(instance.pk),
        object_name=str(instance),
        action=action,
        actor=actor,
    )
    return entry


@pytest.fixture
def node(db: None) -> Node:
    made: Node = NodeFactory.create(name="pbx-sp")
    OutboxEntry.objects.all().delete()
    return made


def set_state(node: Node, **fields: Any) -> None:
    Node.objects.filter(pk=node.pk).update(**fields)


def waits(node: Node, number: int, *extensions: str, status: str = "staged", **facts: Any) -> Generation:
    """A set that waits for somebody, as a run leaves it."""
    found = contents.record(node, number, files(number, *extensions), status=GenerationStatus(status), **facts)
    set_state(
        node,
        state=SyncState(status),
        desired_generation=number,
        attempted_generation=number,
        applied_generation=number - 1,
        mode=ApplyMode.STAGED if status == "staged" else ApplyMode.DIRECT,
    )
    return found


def test_a_generation_tells_who_changed_what_since_the_set_before_it(admin: Client, node: Node) -> None:
    extension, gone = ExtensionFactory.create(), ExtensionFactory.create()
    address = TrunkAddressFactory.create()
    accepted(node, 1, "u1")
    noted(node, 1, ExtensionFactory.create(number="9991"))
    entry = noted(node, 2, extension)
    noted(node, 2, address)
    noted(node, 3, gone, "deleted", "joão")
    gone_page = page_of(gone)
    gone.delete()
    generation = accepted(node, 3, "u1", "u2")
    text = text_of(admin.get(page_of(generation)))
    assert f'href="{page_of(extension)}?tab=changelog"' in text
    assert entry.object_name in text
    assert f'href="{page_of(address.customer)}?tab=changelog"' in text
    assert "joão" in text
    assert gone_page not in text
    assert "9991" not in text


def test_a_generation_shows_its_difference_its_steps_and_what_was_read_back(admin: Client, node: Node) -> None:
    accepted(node, 1, "u1")
    generation = accepted(
        node, 2, "u2", verification={"endpoint": 17}, object_counts={"dids": 4}, removals={"extensions": ["u1"]}
    )
    SyncRun.objects.create(node=node, wanted_generation=2, generation=generation, timings={"reload": 23, "write": 5})
    text = text_of(admin.get(page_of(generation)))
    assert '<span class="add">+[u2]' in text
    assert '<span class="del">-[u1]' in text
    assert "pjsip_gateways.conf</span>" not in text
    assert SECRET not in text
    assert MASK in text
    assert text.index("5 ms") < text.index("23 ms")
    assert "17</dd>" in text
    assert "CLINICA · Ramal &lt;u1&gt;" in text
    assert str(generation.files["pjsip_extensions.conf"]["sha256"])[:16] in text


def test_a_refused_set_says_why_and_can_be_read_masked_by_those_who_decide(
    node: Node, operator: Client, as_role: AsRole
) -> None:
    refused = contents.record(
        node, 4, files(4, "u1"), status=GenerationStatus.REFUSED, refused_reason="line 7: no section"
    )
    address = reverse("asterisk_sync:generation_text", args=[refused.pk, "pjsip_extensions.conf"])
    text = text_of(operator.get(page_of(refused)))
    assert "line 7: no section" in text
    assert address in text
    shown = text_of(operator.get(address))
    assert "[u1]" in shown
    assert SECRET not in shown
    viewer = as_role(Role.VIEWER)
    assert address not in text_of(viewer.get(page_of(refused)))
    assert viewer.get(address).status_code == 403
    assert operator.get(address.replace("pjsip_ext", "../manager")).status_code == 404


def test_a_long_file_is_read_page_by_page(operator: Client, node: Node) -> None:
    generation = accepted(node, 1, *(f"u{n}" for n in range(300)))
    address = reverse("asterisk_sync:generation_text", args=[generation.pk, "pjsip_extensions.conf"])
    first, second = (text_of(operator.get(address, {"page": page})) for page in ("1", "2"))
    assert "[u0]" in first
    assert "[u299]" not in first
    assert 'data-line="1001"' in second
    for page in ("0", "x", "99999999999", "-1"):
        assert operator.get(address, {"page": page}).status_code == 200


def test_any_two_sets_of_a_node_are_compared_under_an_address_of_their_own(admin: Client, node: Node) -> None:
    sets = [accepted(node, number, f"u{number}") for number in (1, 2, 3)]
    foreign = accepted(NodeFactory.create(), 9, "u9")
    address = reverse("asterisk_sync:node_compare", args=[node.pk])
    text = text_of(admin.get(address, {"before": str(sets[0].pk), "after": str(sets[2].pk)}))
    assert "-[u1]" in text
    assert "+[u3]" in text
    assert f'value="{sets[0].pk}" selected' in text
    assert str(foreign.pk) not in text
    assert "+[u3]" in text_of(admin.get(address))
    assert "+[u9]" not in text_of(admin.get(address, {"after": str(foreign.pk)}))
    assert admin.get(address, {"before": "nonsense", "after": "x"}).status_code == 200
    assert address in text_of(admin.get(reverse("asterisk_sync:generation_list")))


def test_a_long_difference_comes_in_parts(admin: Client, node: Node) -> None:
    first, second = accepted(node, 1), accepted(node, 2, *(f"u{n}" for n in range(200)))
    text = text_of(admin.get(page_of(second)))
    assert "[u0]" in text
    assert "[u199]" not in text
    seen, start = "", 0
    for _step in range(20):
        query: dict[str, str | int] = {
            "before": str(first.pk),
            "after": str(second.pk),
            "file": "pjsip_extensions.conf",
            "start": start,
        }
        part = text_of(admin.get(reverse("asterisk_sync:node_compare", args=[node.pk]), query))
        seen, start = seen + part, start + comparison.STEP
        if "diff-more" not in part:
            break
    assert "<html" not in seen
    assert all(f"+[u{n}]" in seen for n in range(200))
    assert SECRET not in seen


def test_sets_whose_text_was_dropped_say_so(admin: Client, node: Node) -> None:
    old = Generation.objects.create(node=node, number=1, content_hash="0" * 64, accepted_at=timezone.now())
    text = text_of(admin.get(page_of(old)))
    assert "no longer kept" in text
    address = reverse("asterisk_sync:node_compare", args=[node.pk])
    assert "no longer kept" in text_of(admin.get(address, {"after": str(old.pk), "before": str(accepted(node, 2).pk)}))


def test_putting_back_asks_first_and_says_what_is_held(operator: Client, as_role: AsRole, node: Node) -> None:
    earlier = accepted(node, 1, "u1")
    accepted(node, 2, "u1", "u2")
    for number in (2, 3):
        noted(node, number, CustomerFactory.create())
    address = reverse("asterisk_sync:generation_restore", args=[earlier.pk])
    OutboxEntry.objects.exclude(actor="ana").delete()
    text = text_of(operator.get(address))
    assert "2 changes made since then stay saved" in text
    assert "CLINICA · Ramal &lt;u2&gt;" in text
    assert "-[u2]" in text
    assert as_role(Role.VIEWER).get(address).status_code == 403
    node.refresh_from_db()
    assert not node.held
    assert operator.post(address).status_code == 302
    node.refresh_from_db()
    assert (node.held, node.chosen) == (True, earlier)


def test_a_set_that_cannot_be_put_back_is_not(operator: Client, node: Node) -> None:
    refused = contents.record(node, 4, files(4), status=GenerationStatus.REFUSED)
    answer = operator.post(reverse("asterisk_sync:generation_restore", args=[refused.pk]))
    assert "never accepted" in text_of(answer)
    node.refresh_from_db()
    assert not node.held


def test_a_hold_stands_above_every_page_until_it_is_released(operator: Client, as_role: AsRole, node: Node) -> None:
    earlier = accepted(node, 1, "u1")
    set_state(node, held=True, chosen=earlier, state=SyncState.HELD)
    noted(node, 3, node, "restore", "joão")
    noted(node, 4, CustomerFactory.create())
    OutboxEntry.objects.exclude(actor__in=["ana", "joão"]).delete()
    release = reverse("asterisk_sync:node_release", args=[node.pk])
    for address in (reverse("customers:customer_list"), page_of(node)):
        text = text_of(operator.get(address))
        assert "generation 1" in text
        assert "by joão" in text
        assert "ahead by 1 change." in text
        assert release in text
    viewer = text_of(as_role(Role.VIEWER).get(reverse("customers:customer_list")))
    assert "ahead by 1 change." in viewer
    assert release not in viewer
    assert "ahead by" not in text_of(as_role(Role.CUSTOMER).get(reverse("customers:customer_list")))
    operator.post(release)
    node.refresh_from_db()
    assert not node.held
    assert "ahead by" not in text_of(operator.get(reverse("customers:customer_list")))
    assert "Nothing is held" in text_of(operator.post(release, follow=True))


def test_staged_changes_stand_in_a_red_bar_for_those_who_apply(operator: Client, as_role: AsRole, node: Node) -> None:
    accepted(node, 1, "u1")
    waits(node, 2, "u1", "u2")
    noted(node, 2, ExtensionFactory.create())
    OutboxEntry.objects.exclude(actor="ana").delete()
    set_state(node, desired_generation=2, applied_generation=1, attempted_generation=2, state=SyncState.STAGED)
    address = reverse("asterisk_sync:node_waiting", args=[node.pk])
    text = text_of(operator.get(reverse("customers:customer_list")))
    assert "1 change waits to be applied on <b>pbx-sp</b>" in text
    assert address in text
    assert address not in text_of(as_role(Role.VIEWER).get(reverse("customers:customer_list")))


def test_one_person_applies_what_she_saw(operator: Client, as_role: AsRole, node: Node) -> None:
    accepted(node, 1, "u1")
    waiting = waits(node, 2, "u1", "u2")
    address = reverse("asterisk_sync:node_waiting", args=[node.pk])
    text = text_of(operator.get(address))
    assert "+[u2]" in text
    assert f'value="{waiting.pk}"' in text
    viewer = as_role(Role.VIEWER)
    shown = text_of(viewer.get(address))
    assert "+[u2]" in shown
    assert str(waiting.pk) not in shown.split("<main")[1].split('name="generation"')[-1].split(">")[0]
    assert viewer.post(address, {"generation": waiting.pk}).status_code == 403
    assert operator.post(address, {"generation": waiting.pk}).status_code == 302
    node.refresh_from_db()
    assert (node.chosen, node.held) == (waiting, False)
    assert OutboxEntry.objects.filter(action="apply").exists()


@pytest.mark.parametrize("sent", ["seen", "nonsense", ""])
def test_newer_changes_that_came_meanwhile_are_shown_and_nothing_is_applied(
    operator: Client, node: Node, sent: str
) -> None:
    accepted(node, 1, "u1")
    seen = waits(node, 2, "u1", "u2")
    newer = waits(node, 3, "u1", "u2", "u3")
    address = reverse("asterisk_sync:node_waiting", args=[node.pk])
    answer = operator.post(address, {"generation": seen.pk if sent == "seen" else sent})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Newer changes came while you looked" in text
    assert "+[u3]" in text
    assert f'value="{newer.pk}"' in text
    node.refresh_from_db()
    assert node.chosen is None


def test_a_loss_is_listed_with_its_danger_before_it_is_confirmed(operator: Client, node: Node) -> None:
    accepted(node, 1, *(f"u{n}" for n in range(40)))
    lost = [f"u{n}" for n in range(30)]
    waiting = waits(node, 2, *(f"u{n}" for n in range(30, 40)), status="confirm", removals={"extensions": lost})
    assert "would remove a lot" in text_of(operator.get(reverse("customers:customer_list")))
    address = reverse("asterisk_sync:node_waiting", args=[node.pk])
    text = text_of(operator.get(address))
    assert "Apply all the same" in text
    assert "of 40 extensions" in text
    assert all(f"CLINICA · Ramal &lt;{name}&gt;" in text for name in lost)
    operator.post(address, {"generation": waiting.pk})
    assert OutboxEntry.objects.filter(action="confirm").exists()


def test_a_page_of_what_waits_says_when_nothing_does(operator: Client, node: Node) -> None:
    address = reverse("asterisk_sync:node_waiting", args=[node.pk])
    set_state(node, desired_generation=2, attempted_generation=1)
    assert "being looked at" in text_of(operator.get(address))
    set_state(node, desired_generation=2, attempted_generation=2)
    assert "Nothing waits" in text_of(operator.get(address))


def test_the_indicator_brings_the_bars_anew_only_where_they_changed(operator: Client, node: Node) -> None:
    page = text_of(operator.get(reverse("customers:customer_list")))
    signature = page.split('id="bars-signature" name="bars" value="')[1].split('"')[0]
    address = reverse("asterisk_sync:indicator")
    assert "hx-swap-oob" not in text_of(operator.get(address, {"bars": signature}))
    set_state(node, held=True, chosen=accepted(node, 1), state=SyncState.HELD)
    text = text_of(operator.get(address, {"bars": signature}))
    assert "hx-swap-oob" in text
    assert "is held" in text


@pytest.mark.parametrize(
    ("state", "word"), [("staged", "Changes wait"), ("confirm", "Waits for confirmation"), ("held", "Held")]
)
def test_the_indicator_knows_what_waits_for_a_person(admin: Client, node: Node, state: str, word: str) -> None:
    set_state(node, state=state)
    assert word in text_of(admin.get(reverse("asterisk_sync:indicator")))


def test_open_drift_is_counted_above_every_page(admin: Client, node: Node) -> None:
    DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand")
    DriftFinding.objects.create(node=node, kind="file", subject="x.conf", settlement=Settlement.MENDED)
    assert "1 alteration<" in text_of(admin.get(reverse("asterisk_sync:indicator")))


def drifted(node: Node, *, settlement: str = "") -> DriftFinding:
    """A file that somebody edited, found."""
    accepted(node, 1, "u1")
    found = contents.record(node, 1, files(1, "u1", "u-by-hand"), status=GenerationStatus.DRIFTED)
    finding: DriftFinding = DriftFinding.objects.create(
        node=node, kind="file", subject="pjsip_extensions.conf", generation=found, settlement=settlement
    )
    return finding


def test_drift_is_shown_with_its_difference_on_its_page_its_list_and_its_node(admin: Client, node: Node) -> None:
    finding = drifted(node)
    text = text_of(admin.get(page_of(finding)))
    assert "+[u-by-hand]" in text
    assert SECRET not in text
    assert page_of(finding) in text_of(admin.get(page_of(node)))
    listed = text_of(admin.get(reverse("asterisk_sync:driftfinding_list"), {"settlement": "open"}))
    assert page_of(finding) in listed
    assert page_of(finding) not in text_of(
        admin.get(reverse("asterisk_sync:driftfinding_list"), {"settlement": "mended"})
    )


def test_drift_is_mended_or_adopted_by_those_who_decide(operator: Client, as_role: AsRole, node: Node) -> None:
    finding = drifted(node)
    mend, adopt = (reverse(f"asterisk_sync:driftfinding_{action}", args=[finding.pk]) for action in ("mend", "adopt"))
    viewer = as_role(Role.VIEWER)
    shown = text_of(viewer.get(page_of(finding)))
    assert mend not in shown
    assert adopt not in shown
    assert {viewer.post(address).status_code for address in (mend, adopt)} == {403}
    assert mend in text_of(operator.get(page_of(finding)))
    operator.post(mend)
    finding.refresh_from_db()
    assert finding.settlement == Settlement.MENDED
    text = text_of(operator.get(page_of(finding)))
    assert mend not in text
    assert adopt in text
    operator.post(adopt)
    finding.refresh_from_db()
    assert finding.settlement == Settlement.ADOPTED
    node.refresh_from_db()
    assert (node.held, node.chosen) == (True, finding.generation)


def test_a_foreign_object_can_only_be_known(operator: Client, node: Node) -> None:
    finding = DriftFinding.objects.create(node=node, kind="foreign", subject="by-hand", detail="endpoint")
    mend, adopt = (reverse(f"asterisk_sync:driftfinding_{action}", args=[finding.pk]) for action in ("mend", "adopt"))
    text = text_of(operator.get(page_of(finding)))
    assert mend not in text
    assert adopt in text
    assert "written by hand" in text_of(operator.post(mend, follow=True))
    operator.post(adopt)
    finding.refresh_from_db()
    assert finding.settlement == Settlement.ADOPTED
    assert "nothing to adopt" in text_of(operator.post(adopt, follow=True))


def test_what_waits_and_what_is_mended_is_chosen_in_the_form_of_the_node(admin: Client, node: Node) -> None:
    address = reverse("asterisk_sync:node_edit", args=[node.pk])
    form = admin.get(address).context["form"]
    answers = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    admin.post(address, answers | {"mode": "staged", "on_drift": "ask", "enabled": "on", "ami_secret": ""})
    node.refresh_from_db()
    assert (node.mode, node.on_drift) == ("staged", "ask")
