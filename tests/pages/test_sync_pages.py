"""What a person reads about generations: who changed what, how it went, and how two of them differ."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asterisk_sync.generations import comparison, store
from asterisk_sync.generations.diff import MASK
from asterisk_sync.models import (
    Generation,
    GenerationStatus,
    Node,
    SyncRun,
)
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import ExtensionFactory, TrunkAddressFactory
from tests.pages.conftest import AsRole
from tests.pages.sets import SECRET, accepted, files, noted, text_of
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


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
    refused = store.record(
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
        seen, start = seen + part, start + comparison.LINES_IN_A_PART
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
