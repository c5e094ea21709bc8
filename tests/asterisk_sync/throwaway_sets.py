"""Sets for a throwaway Asterisk, written by hand so that a fault is where it is said to be."""

from collections.abc import Mapping

from asterisk_sync.generations.expected import DIALPLAN_MODULE, PJSIP_MODULE
from asterisk_sync.rendering.files import FILE_NAMES, seal

BOTH = frozenset({PJSIP_MODULE, DIALPLAN_MODULE})
SECRET = "c0ffee00c0ffee00"

GOOD = {
    "pjsip_gateways.conf": f"""[carrier](!)
type=endpoint
direct_media=no
dtmf_mode=rfc4733
allow=alaw,ulaw

[GW_A](carrier)
context=from-trunk
aors=GW_A
outbound_auth=GW_A
set_var=va_gateway=GW_A

[GW_A]
type=aor
contact=sip:198.51.100.1:5060
qualify_frequency=60

[GW_A]
type=identify
endpoint=GW_A
match=198.51.100.1

[GW_A]
type=auth
auth_type=userpass
username=5511
password={SECRET}

[GW_A]
type=registration
server_uri=sip:198.51.100.1:5060
client_uri=sip:5511@198.51.100.1:5060
contact_user=5511
line=yes
endpoint=GW_A
outbound_auth=GW_A
""",
    "pjsip_customer_trunks.conf": """[trunk.ACME]
type=endpoint
context=from-internal
aors=trunk.ACME.1
identify_by=ip

[trunk.ACME.1]
type=aor
contact=sip:203.0.113.7:5060\\;transport=tcp

[trunk.ACME]
type=identify
endpoint=trunk.ACME
match=203.0.113.7
match=203.0.113.64/29
""",
    "pjsip_extensions.conf": """[extension](!)
type=endpoint
context=from-internal
allow=alaw

[u1](extension)
auth=u1
aors=u1
callerid=Ana <1001>

[u1]
type=auth
auth_type=userpass
username=u1
password=0123456789abcdef

[u1]
type=aor
max_contacts=2
""",
    "extensions_routes.conf": """[from-internal]
exten => _0X.,1,Gosub(route,s,1(${FILTER(0-9+,${EXTEN})}))
exten => 1001,1,Dial(PJSIP/u1)
same => n(after),Hangup()
include => rest

[rest]
exten => _X!,1,Hangup(1)

[route]
exten => s,1,Dial(PJSIP/${ARG1}@GW_A,60)
same => n,Return()
""",
    "extensions_dids.conf": """[from-trunk]
exten => 551140001001,1,Goto(from-internal,1001,1)
exten => 551140001000,1,Goto(from-internal,1001,1)
""",
}


def file_named(word: str) -> str:
    """Return the name of the file that ends with `word`."""
    return next(name for name in FILE_NAMES if name.endswith(f"_{word}.conf"))


def sealed(**changes: str) -> dict[str, str]:
    """Return the good set with the bodies of some files replaced; a file is named by its last word."""
    bodies: Mapping[str, str] = GOOD | {file_named(word): body for word, body in changes.items()}
    return {name: seal(name, bodies[name], 1) for name in FILE_NAMES}


def replaced(word: str, old: str, new: str) -> dict[str, str]:
    """Return the good set with `old` replaced in one file."""
    body = GOOD[file_named(word)]
    assert old in body
    return sealed(**{word: body.replace(old, new)})


def appended(word: str, text: str) -> dict[str, str]:
    """Return the good set with `text` at the end of one file."""
    return sealed(**{word: f"{GOOD[file_named(word)]}\n{text}"})
