"""The doctor: an installation in, what is wrong with it and how to mend it out."""

from asterisk_sync.doctor.findings import Finding, Severity
from asterisk_sync.doctor.node import examine_node
from asterisk_sync.doctor.system import examine_system

__all__ = ["Finding", "Severity", "examine_node", "examine_system"]
