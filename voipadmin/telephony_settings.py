"""Settings of calls and of money: where Asterisk is, what a number is, what calls may spend."""

from decimal import Decimal

from voipadmin.environment import env

ASTERISK_CONFIG_PATH = env.str("ASTERISK_CONFIG_PATH", default="/etc/asterisk")
ASTERISK_SPOOL_PATH = env.str("ASTERISK_SPOOL_PATH", default="/var/spool/asterisk/outgoing")
ASTERISK_CDR_PATH = env.str("ASTERISK_CDR_PATH", default="/var/log/asterisk/cdr-custom/voipadmin.csv")
# A candidate set is tried with an Asterisk without a network before it is written: its program where it is not on the
# usual paths, and the tree to chroot into where it has one of its own.
ASTERISK_PROGRAM = env.str("ASTERISK_PROGRAM", default="")
ASTERISK_ROOT = env.str("ASTERISK_ROOT", default="")
# auto: where the program and a network namespace can be had; off: never; required: nothing is written untried.
THROWAWAY_ASTERISK = env.str("THROWAWAY_ASTERISK", default="auto")
# Names of the nodes on this machine, for commands that are given none; none: all of them are here.
LOCAL_NODES: list[str] = env.list("LOCAL_NODES", default=[])
# Networks that are loopback, link-local or reserved and may be used for gateways and trunks all the same.
ALLOWED_SPECIAL_NETWORKS: list[str] = env.list("ALLOWED_SPECIAL_NETWORKS", default=[])
# Q.850 causes after which a call goes to the next gateway; all others end it.
REROUTE_CAUSES: list[int] = [int(cause) for cause in env.list("REROUTE_CAUSES", default=[3, 18, 27, 34, 38, 58, 102])]
# More removed objects of a kind than this, at once, wait for somebody's confirmation; a few never do.
SHRINK_LIMIT_OBJECTS = env.int("SHRINK_LIMIT_OBJECTS", default=20)
SHRINK_LIMIT_PERCENT = env.int("SHRINK_LIMIT_PERCENT", default=5)
SHRINK_ALWAYS_ALLOWED = env.int("SHRINK_ALWAYS_ALLOWED", default=3)
DEFAULT_COUNTRY = env.str("DEFAULT_COUNTRY", default="BR")
# A range in one cell of a price list that names more prefixes is asked about.
DECK_PREFIXES_OF_A_RANGE = env.int("DECK_PREFIXES_OF_A_RANGE", default=100)
# Whole months for which call records are kept; 0 keeps them for ever, and so does a legal hold, whatever the number.
CDR_KEEP_MONTHS = env.int("CDR_KEEP_MONTHS", default=0)
CDR_LEGAL_HOLD = env.bool("CDR_LEGAL_HOLD", default=False)
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="BRL")
# Taxes that prices include, in percent of what is charged, as statements show them.
STATEMENT_TAXES: dict[str, Decimal] = {
    name: Decimal(percent)
    for name, percent in env.dict("STATEMENT_TAXES", default={"PIS": "0.65", "COFINS": "3"}).items()
}
DID_QUARANTINE_DAYS = env.int("DID_QUARANTINE_DAYS", default=30)

# Authorization of calls: where the dialplan of a node finds the service, which runs beside it.
AUTHORIZER_ADDRESS = env.str("AUTHORIZER_ADDRESS", default="127.0.0.1:4573")
AUTHORIZER_SLICE_SECONDS = env.int("AUTHORIZER_SLICE_SECONDS", default=60)
# While it is away: whether customers without any limit may make national calls all the same. Nobody else may call.
AUTHORIZER_DOWN_POSTPAID = env.bool("AUTHORIZER_DOWN_POSTPAID", default=False)
# Calls a minute to one high-risk range, and distinct numbers a minute abroad; who makes more is stopped. 0: no limit.
VELOCITY_RANGE_CALLS = env.int("VELOCITY_RANGE_CALLS", default=10)
VELOCITY_NUMBERS_ABROAD = env.int("VELOCITY_NUMBERS_ABROAD", default=30)
# What accounts without caps of their own may spend, in their currency.
HOURLY_CAP = Decimal(env.str("HOURLY_CAP", default="2000"))
DAILY_CAP = Decimal(env.str("DAILY_CAP", default="10000"))
LONGEST_CALL_SECONDS = env.int("LONGEST_CALL_SECONDS", default=7200)
# The call by which carriers are compared with each other, and costs with prices.
EXPECTED_CALL_SECONDS = env.int("EXPECTED_CALL_SECONDS", default=180)
# E.164 prefixes that fraud uses, besides what the numbering plans call premium: satellites, and shared-revenue ranges.
HIGH_RISK_PREFIXES: list[str] = env.list(
    "HIGH_RISK_PREFIXES", default=["870", "878", "881", "882", "883", "979", "247", "290", "677", "678", "682", "688"]
)

# Conferences: recordings that are older are deleted from their node; 0 keeps all.
CONFERENCE_RECORDING_DAYS = env.int("CONFERENCE_RECORDING_DAYS", default=0)
