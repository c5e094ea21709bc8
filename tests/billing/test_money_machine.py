"""Whatever happens to money, in whatever order, it adds up: a model of two customers beside the real database."""

import random
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from pathlib import Path

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from billing.accounts.audit import findings
from billing.accounts.fees import charge_monthly_fees
from billing.accounts.ledger import account_of
from billing.accounts.services import adjust, reverse_entry, top_up
from billing.authorization.calls.call_authorizer import CallAuthorizer, LiveCall
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import CallKey, HoldStore
from billing.authorization.holds.sweeper import SpendingTotals, Sweeper
from billing.authorization.rules.values import AuthorizationRefusal, CallRequest, RefusalReason
from billing.cdrs.files.spool_import import ImportSummary
from billing.models import Account, AccountKind, Cdr, CreditHold, EntryKind, HoldState, LedgerEntry, SpoolPosition
from customers.models import Customer
from numbering.models import DestinationType, DIDAllocation
from numbering.services import allocate_did, release_did
from tests.billing.importing import import_file
from tests.billing.loop_beside import LoopBeside
from tests.billing.spool_lines import failed, spool_line
from tests.factories import CustomerFactory, DIDFactory, GatewayFactory, RouteFactory, TariffFactory
from voipadmin.core.errors import Conflict

NUMBER = "5511987654321"
ZERO = Decimal(0)
CENTS = st.decimals("0.01", 3, places=2)
WHO = st.sampled_from(["prepaid", "postpaid"])
_nodes, _keys = count(), count()


def fair_price(seconds: int) -> Decimal:
    """Return what a call comes to at 0.60 a minute: 3 s free, 30 s at first, then steps of 6 s; a second is a cent."""
    blocks = 0 if seconds <= 3 else 30 + 6 * -(-max(seconds - 30, 0) // 6)
    return Decimal(blocks) / 100


def fees_until(price: Decimal, first: datetime, after: datetime) -> Decimal:
    """Return what the months before that of `after` come to, from the day of `first` on."""
    begin, end = timezone.localtime(first), timezone.localtime(after)
    months = (end.year - begin.year) * 12 + end.month - begin.month
    next_month = (begin.replace(day=28) + timedelta(days=4)).replace(day=1)
    days = (next_month - timedelta(days=1)).day
    before = (price * (begin.day - 1) / days).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return price * months - before if months > 0 else ZERO


class Money(RuleBasedStateMachine):
    """A prepaid customer whose calls are all asked about, a postpaid one whose calls just come; both pay and owe."""

    def __init__(self) -> None:
        super().__init__()
        self.node = f"machine{next(_nodes)}"
        self.folder = tempfile.TemporaryDirectory()
        self.spool = Path(self.folder.name) / "voipadmin.csv"
        self.loop = LoopBeside()
        self.pool = ConnectionPool(size=2)
        self.loop.run(self.pool.open())
        self.customers: dict[str, Customer] = {
            "prepaid": CustomerFactory.create(),
            "postpaid": CustomerFactory.create(),
        }
        Account.objects.filter(customer=self.customers["prepaid"]).update(kind=AccountKind.PREPAID)
        self.owed = dict.fromkeys(self.customers, ZERO)  # what people and fees moved
        self.entries: list[tuple[str, LedgerEntry]] = []
        self.numbers: list[tuple[str, DIDAllocation, Decimal]] = []
        self.fees = ZERO
        self.floor = ZERO
        self.live: dict[CallKey, LiveCall] = {}
        self.waiting: list[bytes] = []  # lines that a node has yet to write
        self.written: list[bytes] = []
        self.prices: dict[bytes, tuple[str, str, Decimal]] = {}  # whose call a line is, its unique id, its price
        self.today = timezone.now()
        self.the_service_starts_again()

    def account(self, who: str) -> Account:
        return Account.objects.get(customer=self.customers[who])

    def set_aside(self) -> Decimal:
        """Return what calls hold that are not in the ledger yet."""
        arrived = {self.prices[line][1] for line in self.written}
        holds = CreditHold.objects.filter(account=self.account("prepaid"), state=HoldState.ACTIVE)
        return sum((hold.amount for hold in holds if hold.uniqueid not in arrived), ZERO)

    def left(self) -> Decimal:
        return self.account("prepaid").balance - self.set_aside()

    def moved(self, who: str, amount: Decimal) -> None:
        """Note what was entered; people and fees may take more than there is, calls may not."""
        self.owed[who] += amount
        if who == "prepaid":
            self.floor = min(ZERO, self.floor + amount if amount > 0 else self.left())

    @rule(who=WHO, amount=CENTS, twice=st.booleans())
    def somebody_tops_up(self, who: str, amount: Decimal, twice: bool) -> None:
        key = f"{self.node}:{next(_keys)}"
        entered = [top_up(account=self.account(who), amount=amount, key=key) for _ in range(1 + twice)]
        self.entries.append((who, entered[-1]))
        self.moved(who, amount)

    @rule(who=WHO, amount=st.decimals(-2, 2, places=2).filter(bool))
    def somebody_adjusts(self, who: str, amount: Decimal) -> None:
        self.entries.append((who, adjust(account=self.account(who), amount=amount, description="Agreed")))
        self.moved(who, amount)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def an_entry_is_taken_back_once(self, data: st.DataObject) -> None:
        who, entry = self.entries.pop(data.draw(st.integers(0, len(self.entries) - 1)))
        reverse_entry(entry=entry, description="Wrong")
        self.moved(who, -entry.amount)
        with pytest.raises(Conflict):
            reverse_entry(entry=entry, description="Wrong")

    @rule(seconds=st.integers(1, 400), attempts=st.integers(0, 2))
    def a_postpaid_call_ends(self, seconds: int, attempts: int) -> None:
        first = self.leave_record("postpaid", f"{self.node}.{len(self.prices)}", 0 if attempts else seconds)
        if attempts:
            self.leave_record("postpaid", self.prices[first][1], seconds)

    @rule()
    def a_prepaid_call_is_asked_about(self) -> None:
        self.call_authorizer.rule_cache.refresh()
        key = CallKey(self.node, f"{self.node}.call{len(self.prices)}.{len(self.live)}")
        customer, before = self.customers["prepaid"], self.left()
        request = CallRequest(customer.pk, NUMBER, datetime.now(UTC))
        answer = self.loop.run(self.call_authorizer.authorize(request, key, "PJSIP/x"))
        if isinstance(answer, LiveCall):
            self.live[key] = answer
            assert before >= answer.granted.amount
            return
        refusal = answer[1]
        assert refusal.reason is RefusalReason.CREDIT
        # What has arrived is held twice until it is swept; only then is the answer about what is left.
        self.it_is_swept()
        assert self.left() < fair_price(4)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def a_call_goes_on(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.live)))
        self.answer(key)
        prolonged = self.loop.run(self.call_authorizer.extend(key))
        if not isinstance(prolonged, AuthorizationRefusal):
            assert prolonged.granted.seconds > self.live[key].granted.seconds
            self.live[key] = prolonged

    def answer(self, key: CallKey) -> None:
        if self.live[key].answered_at is None:
            call = self.loop.run(self.call_authorizer.mark_answered(key, datetime.now(UTC)))
            assert call is not None
            self.live[key] = call

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def a_call_ends(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.live)))
        call = self.live[key]
        self.end(key, 0 if call.answered_at is None else data.draw(st.integers(1, call.granted.seconds)))

    def end(self, key: CallKey, seconds: int) -> None:
        call = self.live.pop(key)
        ended_at = (call.answered_at or datetime.now(UTC)) + timedelta(seconds=seconds)
        self.loop.run(self.call_authorizer.finish(key, ended_at))
        self.leave_record("prepaid", key.uniqueid, seconds)

    def leave_record(self, who: str, uniqueid: str, seconds: int) -> bytes:
        values = {"uniqueid": uniqueid, "va_customer": self.customers[who].pk, "va_dialled": NUMBER, "dst": NUMBER}
        begun = int(datetime.now(UTC).timestamp())
        times = {"start": f"{begun}.0", "answer": f"{begun}.0", "end": f"{begun + seconds}.0",
                 "duration": f"{seconds}.0", "billsec": f"{seconds}.0"}  # fmt: skip
        line = spool_line(**values, **times) if seconds else failed(**values)
        self.prices[line] = (who, uniqueid, fair_price(seconds))
        self.waiting.append(line)
        return line

    @precondition(lambda self: self.prices)
    @rule(chance=st.randoms(use_true_random=False))
    def records_arrive_in_any_order_and_some_again(self, chance: random.Random) -> None:
        chance.shuffle(self.waiting)
        now, self.waiting = self.waiting[:5], self.waiting[5:]
        again = chance.sample([*self.written, *now], min(2, len(self.written) + len(now)))
        lines = [*now, *again]
        chance.shuffle(lines)
        with self.spool.open("ab") as file:
            file.writelines(lines)
        self.written += now
        found = self.import_spool()
        assert (found.imported, found.duplicates, found.rejected) == (len(now), len(again), 0)

    def import_spool(self) -> ImportSummary:
        return import_file(self.spool, node=self.node, batch_lines=3)

    @precondition(lambda self: self.written)
    @rule()
    def the_whole_spool_is_read_again(self) -> None:
        SpoolPosition.objects.filter(node_name=self.node).delete()
        assert self.import_spool().imported == 0

    @rule()
    def it_is_swept(self) -> None:
        self.loop.run(self.sweeper.sweep())
        if not self.live and not self.waiting:
            assert not CreditHold.objects.filter(account=self.account("prepaid"), state=HoldState.ACTIVE).exists()

    @rule()
    def the_service_starts_again(self) -> None:
        spending = SpendingTotals()
        self.sweeper = Sweeper(self.pool, spending)
        self.call_authorizer = CallAuthorizer(RuleCache(), HoldStore(self.pool))
        self.call_authorizer.rule_cache.refresh()
        self.loop.run(self.call_authorizer.resume_calls(datetime.now(UTC)))
        assert self.live.keys() <= self.call_authorizer.calls.keys()

    @rule(who=WHO, price=CENTS, days=st.integers(0, 70))
    def a_number_is_allocated(self, who: str, price: Decimal, days: int) -> None:
        allocation = allocate_did(
            did=DIDFactory.create(), customer=self.customers[who], destination_type=DestinationType.TRUNK,
            monthly_price=price, at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
        self.numbers.append((who, allocation, ZERO))

    @rule(days=st.integers(0, 40))
    def time_passes_and_fees_are_charged_twice(self, days: int) -> None:
        self.today += timedelta(days=days)
        for _ in range(2):
            charge_monthly_fees(now=self.today)
        for place, (who, allocation, before) in enumerate(self.numbers):
            due = fees_until(allocation.monthly_price, allocation.starts_at, self.today)
            self.numbers[place] = (who, allocation, due)
            if due != before:
                self.moved(who, before - due)

    @invariant()
    def balances_are_what_was_entered_less_each_call_once(self) -> None:
        for who, customer in self.customers.items():
            charged = sum((self.prices[line][2] for line in self.written if self.prices[line][0] == who), ZERO)
            account = account_of(customer)
            entries = account.entries.order_by()
            calls = entries.filter(kind=EntryKind.CALL).aggregate(sum=Sum("amount"))["sum"] or ZERO
            prices = Cdr.objects.filter(customer=customer).aggregate(sum=Sum("price"))["sum"] or ZERO
            assert -calls == prices == charged
            assert account.balance == (entries.aggregate(sum=Sum("amount"))["sum"] or ZERO) == self.owed[who] - charged

    @invariant()
    def calls_never_take_a_prepaid_balance_below_its_bound(self) -> None:
        assert self.left() >= self.floor

    def teardown(self) -> None:
        assert list(findings()) == []
        for key in self.live:
            self.loop.run(self.call_authorizer.finish(key, datetime.now(UTC)))
        for _who, allocation, _charged in self.numbers:
            release_did(did=allocation.did)
        self.loop.run(self.pool.close())
        self.loop.close()
        self.folder.cleanup()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres15
def test_money_adds_up_whatever_happens_in_whatever_order() -> None:
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.60"))
    RouteFactory.create(gateways=[GatewayFactory.create()])
    # Each step is a few transactions: a failure is told as it was found, not made smaller.
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    checks = list(HealthCheck)
    sizes = settings(max_examples=8, stateful_step_count=25, deadline=None, phases=phases, suppress_health_check=checks)
    run_state_machine_as_test(Money, settings=sizes)


@pytest.mark.django_db(transaction=True)
def test_what_a_call_within_its_free_seconds_set_aside_is_released_with_its_record() -> None:
    TariffFactory.create(pattern="55", price_per_minute=Decimal("0.60"))
    RouteFactory.create(gateways=[GatewayFactory.create()])
    money = Money()
    money.somebody_tops_up("prepaid", Decimal(1), False)
    money.a_prepaid_call_is_asked_about()
    (key,) = money.live
    money.answer(key)
    money.end(key, 3)
    assert money.set_aside() == fair_price(4)
    money.records_arrive_in_any_order_and_some_again(random.Random(1))  # noqa: S311 - any order will do
    money.it_is_swept()
    assert money.left() == 1
    money.teardown()
