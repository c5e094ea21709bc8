"""Writes of the numbering plan that are more than one row."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.models import OperatorRange
from voipadmin.core.numbering_plan.operator_files import TEXTS, LeftLine, UnreadableFileError, open_operator_file


class OperatorFileRefused(DomainError):
    """The file is none of the administration's, or nothing in it could be taken."""

    code = "operator_file_refused"


@dataclass(frozen=True)
class OperatorImport:
    """What became of a file: of which kind it is, how many lines were taken, which were left and why."""

    kind: str
    taken: int
    left: int
    shown: tuple[LeftLine, ...]


def import_operator_ranges(*, content: bytes) -> OperatorImport:
    """Put a file of the numbering administration in the place of all ranges of its kind, in one transaction.

    Raise OperatorFileRefused, leaving what there was, where it is no such file or no line of it can be taken.
    """
    columns = ", ".join(("kind", "first", "last", *TEXTS))
    try:
        with transaction.atomic():
            file = open_operator_file(content)
            OperatorRange.objects.filter(kind=file.kind).delete()
            copying = f"COPY {OperatorRange._meta.db_table} ({columns}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(copying) as copy:
                for row in file.rows():
                    copy.write_row((file.kind, row.first, row.last, *row.texts))
            if not file.taken:
                raise UnreadableFileError("no line could be taken")
    except UnreadableFileError as error:
        raise OperatorFileRefused(_("Nothing was imported: %(why)s.") % {"why": error}) from error
    return OperatorImport(file.kind, file.taken, file.left, tuple(file.shown))
