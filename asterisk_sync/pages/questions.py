"""What is asked before a person decides about a node: release, renew, put back, mend, adopt, end a conference."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from asterisk_sync import drift
from asterisk_sync.generations.labels import labelled_counts
from asterisk_sync.generations.pending import holds, object_changes_after
from asterisk_sync.models import DriftFinding, DriftKind, Generation, Node
from voipadmin.core.pages.entities.consequences import Figure, Question, use_of
from voipadmin.core.viewer import Viewer


def release_question(node: Node, user: Viewer) -> Question:
    """Return what is asked before a hold ends."""
    hold = next(iter(holds([node])), None)
    ahead = hold.ahead if hold else 0
    return Question(
        title=_("Release the hold on %(node)s?") % {"node": node},
        button=_("Release"),
        icon="circle-play",
        effects=[_("What the database says is applied within seconds. Calls in progress go on.")],
        figures=[Figure(_("Changes that are applied"), str(ahead), matters=ahead > 0), *use_of(node, user)],
        undo=_("The generation can be put back and held again."),
        is_dangerous=False,
        refusal="" if hold else _("This node is not held."),
    )


def renewal_question(node: Node, user: Viewer) -> Question:
    """Return what is asked before a node gets a new secret for its requests to the authorizer."""
    return Question(
        title=_("Give %(node)s a new secret?") % {"node": node},
        button=_("Renew secret"),
        icon="key-round",
        effects=[
            _("A new set is written to the node. Both secrets are accepted until it is there, so no call is refused."),
        ],
        figures=use_of(node, user),
        is_dangerous=False,
    )


def restore_question(generation: Generation, user: Viewer) -> Question:
    """Return what is asked before an earlier set is put back."""
    node = generation.node
    values = {"number": generation.number, "node": node}
    return Question(
        title=_("Put generation %(number)s back on %(node)s?") % values,
        button=_("Put back and hold"),
        icon="undo-2",
        figures=[*_set_back(generation), *use_of(node, user)],
        undo=_("Releasing the hold applies what the database says."),
    )


def _set_back(generation: Generation) -> Iterable[Figure]:
    ahead = object_changes_after(generation.node, generation.number)
    yield Figure(_("Changes that no longer reach the node"), str(ahead), matters=ahead > 0)
    for label, count in labelled_counts(generation.object_counts):
        yield Figure(label, str(count))


def mending_question(finding: DriftFinding, user: Viewer) -> Question:
    """Return what is asked before a node is brought back to what it accepted."""
    effect = _("The whole set that was accepted is written and read again; what was written by hand on it is gone.")
    if finding.kind == DriftKind.DATABASE:
        effect = _("The node gets what the database says.")
    return Question(
        title=_("Mend “%(finding)s” on %(node)s?") % {"finding": finding.subject, "node": finding.node},
        button=_("Mend"),
        icon="wrench",
        effects=[effect, _("Calls in progress go on.")],
        figures=use_of(finding.node, user),
        undo=_("What was found stays readable as a generation and can be put back.") if finding.generation else "",
        is_dangerous=False,
        refusal="" if drift.is_mendable(finding) else _("This cannot be mended now."),
    )


def adoption_question(finding: DriftFinding, user: Viewer) -> Question:
    """Return what is asked before what was found on a node is taken as it is."""
    effects = [_("It is known from now on and not reported again.")]
    if finding.generation is not None:
        effects = [
            _("What was found becomes live and is held: no change of the panel reaches the node until it is released.")
        ]
    return Question(
        title=_("Take “%(finding)s” on %(node)s as it is?") % {"finding": finding.subject, "node": finding.node},
        button=_("Adopt"),
        icon="bookmark-check",
        effects=effects,
        figures=use_of(finding.node, user),
        undo=_("Releasing the hold applies what the database says.") if finding.generation else "",
        refusal="" if drift.is_adoptable(finding) else _("This cannot be adopted now."),
    )
