"""Values that somebody might enter to make Asterisk do what was not meant, and those that are just unusual."""

import random

# What Asterisk's files, dialplan, CLI and AMI take for more than text; each goes alone, and inside a good value.
MARKS = (
    *(
        ";",
        "[",
        "]",
        "#",
        "$",
        "{",
        "}",
        "&",
        ",",
        "\\",
        "=",
        ">",
        "<",
        '"',
        "'",
        "(",
        ")",
        "|",
        "/",
        "@",
        "!",
        "*",
        "+",
    ),
    *("\n", "\r", "\r\n", "\0", "\t", " ", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\xa0", "\xad"),
    *("\u2028", "\u2029", "\u200b", "\u202e", "\ufeff", "\ufffd", "\ud7ff", "\U000e0041", "\u0660", "\uff10", "\u00b2"),
    *(";--", "--;", "=>", "\\;", "${", "$[", "&&", "..", "../", "%0a", "%00", "::", "[!", "(!)", "](+)"),
)
PAYLOADS = (
    "${SHELL(id)}", "${FILE(/etc/passwd)}", "$[1+1]", "${EVAL(${X})}", "${CURL(http://x)}", "${SYSTEM(id)}",
    ";-- x", "--; x", "#exec /bin/id", "#include /etc/passwd", "\n#exec /bin/id\n", "\n[evil]\ntype=endpoint\n",
    "\nexten => 666,1,System(id)", "\r\nexten => s,1,System(id)", "x)\nsame => n,System(id)", "1,1,System(id)",
    "x&PJSIP/carrier/1900", "1900@carrier", "Local/1@from-internal/n", "x^y", "x|System,id", "[evil](!)", "[a](+)",
    "\nallow=all", "\nset_var=va_customer=1", "\nauth=anonymous", "\npassword=", "x\\;transport=tls", "sip:x@y",
    "a=b", "=> x", ">x", "x,allow_transfer=yes", "x\r\nAction: Originate\r\nChannel: Local/1",
    "x\r\n\r\nAction: Logoff", "anonymous", "global", "general", "globals", "system", "default",
    "gen-0123456789abcdef", "transport-udp",
    "va-refuse", "from-internal", "s", "h", "i", "t", "o", "e", "T", "_X.", "_.", "_!", "_[0-9]!", "__X", "_+",
    "-", "+",
    "0x7f000001", "127.1", "2130706433", "localhost", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "169.254.169.254",
    "0.0.0.1", "255.255.255.255", "224.0.0.1", "1.2.3.4/0", "1.2.3.4/33", "01.02.03.04", "1.2.3.4.", "1.2.3",
    "", " ", "\n", "0", "-1", "00", "1e3", "1_000", "\u0661\u0662", "NaN", "None", "True",
)  # fmt: skip
# Letters and digits that look like others.
LOOK_ALIKES = {
    "a": "\u0430", "e": "\u0435", "o": "\u043e", "c": "\u0441", "p": "\u0440", "A": "\u0391", "E": "\u0415",
    "G": "\u050c",
    "0": "\u0966", "1": "\uff11", "2": "\u0662", "5": "\uff15", "-": "\u2010", "_": "\uff3f", ".": "\u2024",
    "+": "\uff0b",
    "X": "\u0425", "Z": "\u0396", "N": "\u039d",
}  # fmt: skip
# Where Asterisk cuts: names, lines, columns of ours, records.
LENGTHS = (40, 41, 59, 60, 61, 78, 79, 80, 81, 127, 128, 255, 256, 1023, 1024, 1025)
LONG_LENGTHS = (8_189, 8_190, 8_191, 8_192, 65_536)


def hostile(chance: random.Random, good: str) -> str:
    """Return a value made of a good one: as it is, spoilt, too long, in disguise, or something else altogether."""
    way = chance.random()
    if way < 0.30:
        return good
    if way < 0.60:
        return spoil(chance, good, chance.choice(MARKS))
    if way < 0.75:
        return chance.choice(PAYLOADS)
    if way < 0.85:
        return spoil(chance, good, chance.choice(PAYLOADS))
    if way < 0.93:
        return disguise(chance, good)
    return stretch(chance, good)


def spoil(chance: random.Random, good: str, poison: str) -> str:
    """Put `poison` in front of a value, at its end or somewhere inside, once or twice."""
    places = sorted(
        chance.choice((0, len(good), chance.randint(0, len(good)))) for _ in range(chance.choice((1, 1, 2)))
    )
    for place in reversed(places):
        good = good[:place] + poison + good[place:]
    return good


def disguise(chance: random.Random, good: str) -> str:
    """Swap a character for one that looks the same, or change the case."""
    at = [index for index, character in enumerate(good) if character in LOOK_ALIKES]
    if not at or chance.random() < 0.2:
        return good.swapcase()
    place = chance.choice(at)
    return good[:place] + LOOK_ALIKES[good[place]] + good[place + 1 :]


def stretch(chance: random.Random, good: str) -> str:
    """Repeat a value up to a length at which something is cut."""
    length = chance.choice(LENGTHS if chance.random() < 0.95 else LONG_LENGTHS)
    unit = good or "x"
    return (unit * (length // len(unit) + 1))[:length]
