"""What a person decides about a node: put back, release, apply, confirm, mend and adopt."""

import pytest
from django.test import Client
from django.urls import reverse

from asterisk_sync.generations import store
from asterisk_sync.models import (
    DriftFinding,
    GenerationStatus,
    Node,
    OutboxEntry,
    Settlement,
    SyncState,
)
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.pages.confirming import confirm
from tests.pages.conftest import AsRole
from tests.pages.sets import SECRET, accepted, drifted, files, noted, set_state, text_of, waits
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


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
    assert confirm(operator, address).status_code == 302
    node.refresh_from_db()
    assert (node.held, node.chosen) == (True, earlier)


def test_a_set_that_cannot_be_put_back_is_not(operator: Client, node: Node) -> None:
    refused = store.record(node, 4, files(4), status=GenerationStatus.REFUSED)
    answer = confirm(operator, reverse("asterisk_sync:generation_restore", args=[refused.pk]), follow=True)
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
    confirm(operator, release)
    node.refresh_from_db()
    assert not node.held
    assert "ahead by" not in text_of(operator.get(reverse("customers:customer_list")))
    assert "Nothing is held" in text_of(confirm(operator, release, follow=True))


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
    confirm(operator, mend)
    finding.refresh_from_db()
    assert finding.settlement == Settlement.MENDED
    text = text_of(operator.get(page_of(finding)))
    assert mend not in text
    assert adopt in text
    confirm(operator, adopt)
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
    assert "written by hand" in text_of(confirm(operator, mend, follow=True))
    confirm(operator, adopt)
    finding.refresh_from_db()
    assert finding.settlement == Settlement.ADOPTED
    assert "nothing to adopt" in text_of(confirm(operator, adopt, follow=True))


def test_what_waits_and_what_is_mended_is_chosen_in_the_form_of_the_node(admin: Client, node: Node) -> None:
    address = reverse("asterisk_sync:node_edit", args=[node.pk])
    form = admin.get(address).context["form"]
    answers = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    admin.post(address, answers | {"mode": "staged", "on_drift": "ask", "enabled": "on", "ami_secret": ""})
    node.refresh_from_db()
    assert (node.mode, node.on_drift) == ("staged", "ask")
