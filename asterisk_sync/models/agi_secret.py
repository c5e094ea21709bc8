"""The secrets by which a node's dialplan signs what it asks of the authorizer."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.node import Node
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel

# 256 bits.
SECRET_BYTES = 32


def new_agi_secret() -> str:
    """Return a random secret of 64 hexadecimal digits."""
    return secrets.token_hex(SECRET_BYTES)


class AgiSecret(BaseModel):
    """A secret of a node. The sets from `generation` on hold it, until the generation of the node's next secret.

    The rows stay: a set that is put back holds the secret of its own time.
    """

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="agi_secrets", verbose_name=_("node"))
    generation = models.BigIntegerField(_("generation"))
    secret = EncryptedTextField(_("secret"), default=new_agi_secret)

    class Meta:
        verbose_name = _("secret of the authorizer")
        verbose_name_plural = _("secrets of the authorizer")
        ordering = ["generation"]
        constraints = [models.UniqueConstraint(fields=["node", "generation"], name="agi_secret_once_a_generation")]

    def __str__(self) -> str:
        return f"{self.node}/gen-{self.generation}"


def rendered_secret(node: Node) -> str:
    """Return the secret that the wanted set of a node holds; the first one is made where the node has none."""
    rows = list(AgiSecret.objects.filter(node=node))
    if not rows:
        # What a node of an earlier release runs holds none; a new node runs nothing.
        generation = node.applied_generation + 1 if node.applied_generation else 0
        rows = [AgiSecret.objects.get_or_create(node=node, generation=generation)[0]]
    return (_held_by(rows, node.desired_generation) or rows[0]).secret


@dataclass(frozen=True, slots=True)
class AcceptedSecrets:
    """By which secrets a node's requests may be signed; `unsigned` ones come from a set of an earlier release."""

    secrets: frozenset[str] = frozenset()
    unsigned: bool = False


def accepted_secrets(node: Node, rows: Sequence[AgiSecret]) -> AcceptedSecrets:
    """Return the node's newest secret, with that of the set that it runs and that of the set that was chosen for it.

    `rows` are the node's secrets in the order of their generations.
    """
    numbers = [node.applied_generation] if node.applied_generation else []
    numbers += [node.chosen.number] if node.chosen is not None else []
    held = [_held_by(rows, number) for number in numbers]
    known = {row.secret for row in [*held, *rows[-1:]] if row is not None}
    return AcceptedSecrets(frozenset(known), unsigned=None in held)


def _held_by(rows: Sequence[AgiSecret], generation: int) -> AgiSecret | None:
    return next((row for row in reversed(rows) if row.generation <= generation), None)
