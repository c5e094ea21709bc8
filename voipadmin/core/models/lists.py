"""How people have their lists: columns, order and page size of each, and views under a name."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models.base import BaseModel
from voipadmin.core.validators import validate_text

OWNER_LENGTH = 40  # the user's key: users are a floor above
LIST_LENGTH = 80  # the list's model, such as `customers.customer`


class SavedView(BaseModel):
    """Filters, order and columns of a list under a name, as the part of an address behind the question mark."""

    owner = models.CharField(max_length=OWNER_LENGTH, editable=False)
    owner_name = models.CharField(_("by"), max_length=150, editable=False)
    list = models.CharField(max_length=LIST_LENGTH, editable=False)
    name = models.CharField(_("name"), max_length=60, validators=[validate_text])
    query = models.TextField(blank=True, max_length=2_000, editable=False)
    is_shared = models.BooleanField(_("shared"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list", "name"],
                name="saved_view_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]
        indexes = [models.Index(fields=["list"], name="saved_view_shared", condition=Q(is_shared=True))]

    def __str__(self) -> str:
        return self.name


def no_columns() -> list[str]:
    """Return that no columns were chosen."""
    return []


class ListLayout(BaseModel):
    """How one user has one list; what is empty is as the list has it."""

    owner = models.CharField(max_length=OWNER_LENGTH, editable=False)
    list = models.CharField(max_length=LIST_LENGTH, editable=False)
    columns = ArrayField(models.CharField(max_length=60), default=no_columns, blank=True)
    sort = models.CharField(max_length=61, blank=True)
    page_size = models.PositiveSmallIntegerField(null=True, blank=True)
    default_view = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("layout of a list")
        verbose_name_plural = _("layouts of lists")
        constraints = [models.UniqueConstraint(fields=["owner", "list"], name="list_layout_once")]

    def __str__(self) -> str:
        return self.list
