"""Work that a worker does in the background, for a person who waits for it."""

from django.db import models

from voipadmin.core.models.base import BaseModel


class JobModel(BaseModel):
    """A job whose status says what is left to do; a worker that is killed leaves it to the next one."""

    # How often a worker began it since a person asked for it, or since it last wrote something that stays.
    starts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True
