"""The letter that brings a scheduled report, in the schedule's language."""

from django.utils import formats, translation
from django.utils.translation import gettext as _

from reports.models import ReportLetter, ReportRun
from reports.schedules.contents import ReportRefused
from reports.schedules.recipients import refused_recipients
from voipadmin.core.installation.queries import read_installation
from voipadmin.core.mail.letters import Attachment, Letter
from voipadmin.core.outgoing.sending import declare_outgoing


def report_letter(row: ReportLetter) -> Letter:
    """Return the letter of a row; raise ReportRefused where its recipient may not see the report any more."""
    run: ReportRun = ReportRun.objects.select_related("schedule", "schedule__customer").get(pk=row.run_id)
    with translation.override(run.schedule.language):
        return _letter(row, run)


def _letter(row: ReportLetter, run: ReportRun) -> Letter:
    schedule = run.schedule
    if refused_recipients(schedule.report, [row.recipient], is_for_customer=schedule.customer_id is not None):
        raise ReportRefused(_("This address may not see the report any more."))
    if run.content is None:
        raise ReportRefused(_("The file is no longer kept. Run the report again."))
    days = {name: formats.date_format(getattr(run, name), "SHORT_DATE_FORMAT") for name in ("first_day", "last_day")}
    context = {"schedule": schedule, "run": run, "days": days, "installation": read_installation()}
    file = Attachment(run.file_name, bytes(run.content), run.media_type)
    subject = f"{schedule.name}: {days['first_day']} – {days['last_day']}"
    return Letter([row.recipient], schedule.language, subject, "mail/report", context, [file])


declare_outgoing(ReportLetter, report_letter)
