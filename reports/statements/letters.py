"""The letter that brings a statement: its document, and its calls as a file, in the statement's language."""

import gzip
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.utils import formats, translation
from django.utils.translation import gettext as _

from billing.models import Statement, StatementLetter
from billing.statements.document import document_context, figures_of
from reports.kit.exports import FileForm, file_response
from reports.statements.files import COLUMNS, statement_rows
from voipadmin.core.mail.letters import Attachment, Letter
from voipadmin.core.outgoing.sending import declare_outgoing

# Above the first size a file goes packed, above the second not at all: mail servers refuse what is larger.
PACKED_ABOVE, LEFT_OUT_ABOVE = 2 * 1024 * 1024, 8 * 1024 * 1024


def statement_letter(row: StatementLetter) -> Letter:
    """Return the letter of a row."""
    statement = Statement.objects.select_related("account__customer", "content").get(pk=row.statement_id)
    figures = figures_of(statement)
    with translation.override(figures.language):
        lines = _lines_of(statement)
        context = {**document_context(figures), "statement": statement, "without_calls": lines is None}
        due = formats.date_format(date.fromisoformat(figures.due_day), "SHORT_DATE_FORMAT")
        subject = _("%(issuer)s: statement %(number)s, due on %(day)s") % {
            "issuer": figures.issuer.name or figures.issuer.legal_name, "number": figures.label, "day": due,
        }  # fmt: skip
    files = [lines] if lines is not None else []
    document = statement.content.document
    if document is not None:
        files.insert(0, Attachment(f"{statement.file_name}.pdf", bytes(document), "application/pdf"))
    return Letter([row.recipient], figures.language, subject, "mail/statement", context, files)


def _lines_of(statement: Statement) -> Attachment | None:
    rows = statement_rows(statement, in_words=True)
    response: Any = file_response(FileForm.PEOPLE, COLUMNS, rows, name=statement.file_name)
    content = b"".join(cast("Iterable[bytes]", response.streaming_content))
    name = f"{statement.file_name}.csv"
    if len(content) <= PACKED_ABOVE:
        return Attachment(name, content, "text/csv")
    packed = gzip.compress(content)
    return Attachment(f"{name}.gz", packed, "application/gzip") if len(packed) <= LEFT_OUT_ABOVE else None


declare_outgoing(StatementLetter, statement_letter)
