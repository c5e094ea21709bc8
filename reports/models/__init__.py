"""Roll-ups of call records by hour and day, and reports that are mailed at times."""

from reports.models.rollups import SummedDay, TrafficDay, TrafficHour, UncountedQuarter
from reports.models.schedules import Cadence, ReportLetter, ReportName, ReportRun, ReportSchedule, RunStatus

__all__ = [
    "Cadence",
    "ReportLetter",
    "ReportName",
    "ReportRun",
    "ReportSchedule",
    "RunStatus",
    "SummedDay",
    "TrafficDay",
    "TrafficHour",
    "UncountedQuarter",
]
