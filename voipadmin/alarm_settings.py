"""Settings of alarms: what counts as one, and where people and programs may be told of it."""

from decimal import Decimal

from voipadmin.environment import env

# The panel's address as people open it, for links in mails and webhooks: https://voip.example.com. Empty: no links.
PANEL_URL = env.str("PANEL_URL", default="").rstrip("/")

# Webhooks go to public addresses by https; these networks (CIDR), and plain http, may be permitted as well.
WEBHOOK_ALLOWED_NETWORKS: list[str] = env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)
# A webhook that took nothing for so many hours is switched off, with an alarm.
WEBHOOK_DISABLED_AFTER_HOURS = env.int("WEBHOOK_DISABLED_AFTER_HOURS", default=72)
# The secret that was replaced signs beside the new one for so many hours.
WEBHOOK_OVERLAP_HOURS = env.int("WEBHOOK_OVERLAP_HOURS", default=24)

# A gateway, or a node, counts as down when it was unreachable, and as up again when it was reachable, for so long.
GATEWAY_DOWN_SECONDS = env.int("GATEWAY_DOWN_SECONDS", default=60)
GATEWAY_UP_SECONDS = env.int("GATEWAY_UP_SECONDS", default=120)

# Answer ratio (ASR) and call length (ACD) of an hour against the usual of that hour of the week: the drop in percent
# that opens an alarm, and the attempts, or answered attempts, below which nothing is said.
QUALITY_DROP_PERCENT = env.int("QUALITY_DROP_PERCENT", default=30)
QUALITY_MINIMUM_CALLS = env.int("QUALITY_MINIMUM_CALLS", default=50)
# The weeks that make up the usual.
QUALITY_WEEKS = env.int("QUALITY_WEEKS", default=6)

# A customer's spend in an hour opens an alarm at so many times the usual of that hour of the week, from this amount on.
SPEND_TIMES_USUAL = Decimal(env.str("SPEND_TIMES_USUAL", default="4"))
SPEND_MINIMUM = Decimal(env.str("SPEND_MINIMUM", default="100"))
# ... and where it comes to so many percent of the customer's hourly cap.
SPEND_PERCENT_OF_CAP = env.int("SPEND_PERCENT_OF_CAP", default=80)

# Call records that wait longer than this to be read.
IMPORTER_BEHIND_SECONDS = env.int("IMPORTER_BEHIND_SECONDS", default=120)
# Disks of the panel and of the nodes, by free space in percent and in GB: whatever is less.
DISK_FREE_PERCENT = env.int("DISK_FREE_PERCENT", default=10)
DISK_FREE_GB = env.int("DISK_FREE_GB", default=50)
DISK_PATHS: list[str] = env.list("DISK_PATHS", default=["/"])
# The panel's TLS certificate: a PEM file, or HOST:PORT that is asked for it. Empty: nobody looks.
PANEL_CERTIFICATE = env.str("PANEL_CERTIFICATE", default="")
CERTIFICATE_DAYS = env.int("CERTIFICATE_DAYS", default=21)
