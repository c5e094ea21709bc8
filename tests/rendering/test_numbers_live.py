"""The dialplan of a running Asterisk reads numbers as `read_number` does, over the whole plan and over garbage."""

import os
import random
from collections.abc import Iterator

from asterisk_sync.rendering import render_files
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session
from tests.core.numbers.plans import BRAZIL
from tests.lab.configuration import write_generation
from tests.rendering.example import example
from tests.rendering.reading_server import Dialled, ReadingServer
from voipadmin.core.numbers.number import RISKY_KINDS, Number, NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import DIALLED
from voipadmin.core.numbers.reading import RECEIVED_CONTEXTS, read_number, read_received
from voipadmin.core.numbers.spelling import NumberForm, spell

# Of every run; `NUMBERS_READ=20000 pytest tests/rendering/test_numbers_live.py` reads as many as that.
READ = int(os.environ.get("NUMBERS_READ", "5000"))
AREAS = ("", "11", "21", "99", "10")
LAB = """
[lab-read]
exten => s,1,Answer()
same => n,AGI(agi://127.0.0.1:{port}/read)
same => n,Hangup()

[lab-batch]
exten => s,1,Set(lab_out=)
same => n(next),Set(lab_item=${{SHIFT(lab_in,!)}})
same => n,GotoIf($["${{lab_item}}" = ""]?done)
same => n,MSet(va_area=${{CUT(lab_item,/,1)}},lab_context=${{CUT(lab_item,/,2)}},lab_number=${{CUT(lab_item,/,3)}})
same => n,Set(GOSUB_RETVAL=)
same => n,Gosub(va-plan-${{lab_context}},${{lab_number}},1)
same => n,Set(lab_out=${{lab_out}}${{GOSUB_RETVAL}}!)
same => n,Goto(next)
same => n(done),Return()
"""


def test_thousands_of_numbers_are_read_alike_by_the_dialplan_and_by_python(asterisk: AsteriskInstance) -> None:
    wanted = list(_wanted(random.Random(20_261_130)))  # noqa: S311 - which numbers are drawn is no secret
    server = ReadingServer(wanted)
    server.start()
    files = render_files(example(), 1)
    files["extensions_routes.conf"] += LAB.format(port=server.port)
    write_generation(asterisk, {name: text for name, text in files.items() if name.startswith("extensions")})
    secret = asterisk.config.ami_originate_secret
    with ami_session("127.0.0.1", asterisk.ami_port, "voipadmin-originate", secret) as ami:
        channel = {"Channel": "Local/s@lab-read/n", "Application": "Wait", "Data": "3600"}
        assert not ami.send_action({"Action": "Originate", "Async": "true", **channel}).is_error
    found = server.wait(600)

    assert len(found) == len(wanted) >= READ
    different = [
        (item, told, expected)
        for item, told in zip(wanted, found, strict=True)
        if told != (expected := _expected(item))
    ]
    assert not different, different[:10]
    readable = [told for told in found if told]
    assert len(wanted) // 5 < len(readable) < len(wanted)


def _expected(item: Dialled) -> str:
    """Return what the dialplan's contexts return of a number: KEY/KIND/AS DIALLED/NATIONAL NUMBER."""
    if item.context == DIALLED:
        number = read_number(item.text, BRAZIL, home_area=item.area)
    else:
        name = next(name for name, context in RECEIVED_CONTEXTS.items() if context == item.context)
        number = read_received(item.text, name, BRAZIL, home_area=item.area)
    if not number.is_readable:
        return ""
    national = number.national if number.country == BRAZIL.region and not number.is_code else ""
    return f"{number.key}/{_kind(number)}/{spell(number, NumberForm.NATIONAL_ZERO, BRAZIL)}/{national}"


def _kind(number: Number) -> str:
    if number.is_barred:
        return "barred"
    # Which numbers of other countries are of which kind the library knows, and the dialplan does not.
    if not number.is_code and number.country != BRAZIL.region:
        return NumberKind.OTHER.value
    return "risky" if number.kind in RISKY_KINDS else number.kind.value


def _wanted(chance: random.Random) -> Iterator[Dialled]:
    """Draw numbers of every rule of the plan, numbers with a digit too many or too few, and garbage."""
    contexts = [DIALLED, DIALLED, DIALLED, *sorted(set(RECEIVED_CONTEXTS.values()))]
    patterns = [rule.pattern for part in BRAZIL.contexts for rule in part.rules]
    fronts = ["", "", "0", "00", "+", "+55", "55", "0055", "021", "55341", "90", "9090", "++", "+0"]
    for _ in range(READ):
        pattern = parse_pattern(chance.choice(patterns))
        digits = "".join(chance.choice(sorted(allowed)) for allowed in pattern.positions)
        digits += "".join(chance.choices("0123456789", k=chance.randint(1, 11) if pattern.tail else 0))
        digits = chance.choice(fronts) + digits
        match chance.randrange(8):
            case 0:
                digits = digits[:-1] or "0"
            case 1:
                digits += chance.choice("0123456789")
            case 2:
                digits = "".join(chance.choices("0123456789", k=chance.randint(1, 20)))
            case 3:
                place = chance.randrange(len(digits))
                digits = digits[:place] + chance.choice("0123456789+") + digits[place + 1 :]
        yield Dialled(digits[:40], chance.choice(contexts), chance.choice(AREAS))
