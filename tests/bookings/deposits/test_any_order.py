"""Whatever happens in whatever order, to bookings and to money: nobody is charged twice or above
what was agreed, the books agree with the bank's, and whoever paid has a seat or the money back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.deposits import BY_HAND, Kind
from bookings.lifecycle import CANCELLED, OCCUPYING, Status
from bookings.models import Deposit, Occupancy, Reservation
from bookings.services import (
    reservation_approve,
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_decline,
    reservation_deposit_ask,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_deposit_withdraw,
    reservation_fee_charge,
    reservation_no_show,
    reservation_payment_ask,
    reservation_payment_extend,
    reservation_payment_settle,
    reservation_seat,
    reservation_undo,
)
from bookings.services.deposits.records import account_lock, has_deposit, is_asked_by_hand
from bookings.settlement import keeps_minor
from guests.models import GuestFigures
from payments.facts import FactKind
from payments.models import Instruction, Payment
from payments.models.instructions import IN_HAND
from payments.services import instruction_carry_out, instructions_due
from reservehub.core import clock
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError
from reservehub.core.money import Money
from reservehub.core.testing import run_deliveries
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    payments_for,
    seen,
)
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-06-05T17:00:00+00:00")
TIMES = [time(19), time(20), time(21, 30)]
SPANS = [1, 10, 16, 61, 250]
SHARES = [0, 33, 50, 100]
CURRENCIES = ["EUR", "JPY", "KWD"]
STEPS: dict[str, Callable[..., object]] = {
    "approve": reservation_approve,
    "arrive": reservation_arrive,
    "cancel": reservation_cancel,
    "complete": reservation_complete,
    "decline": reservation_decline,
    "no_show": reservation_no_show,
    "seat": reservation_seat,
    "undo": reservation_undo,
    "withdraw": reservation_deposit_withdraw,
    "ask": reservation_payment_ask,
    "extend": reservation_payment_extend,
}


class Evening(RuleBasedStateMachine):
    """One table, one evening, several parties who want it, and their bank."""

    bank: Bank
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        # As in Django's TestCase: it stands for no transaction.
        vars(self.atomic)["_from_testcase"] = True
        self.atomic.__enter__()
        self.now = NOW
        self.parties: list[Reservation] = []
        self.bank = type(self).bank
        self.bank.__init__()  # type: ignore[misc]

    def teardown(self) -> None:
        try:
            if self.parties:
                self.end()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @initialize(
        data=st.data(),
        late=st.sampled_from(SHARES),
        no_show=st.sampled_from(SHARES),
        cutoff=st.sampled_from([None, 60, 48 * 60]),
        mode=st.sampled_from(["instant", "instant", "approval"]),
    )
    def open_house(
        self, data: Any, *, late: int, no_show: int, cutoff: int | None, mode: str
    ) -> None:
        currency = data.draw(st.sampled_from(CURRENCIES))
        days_before = data.draw(st.sampled_from([1, 4, 9]))
        self.now = self.bank.now = START - timedelta(days=days_before)
        self.house = make_house(
            tables=(4,), currency=currency, policy={"confirmation_mode": mode, "grace_minutes": 10}
        )
        make_rule(
            self.house,
            kind=self.kind,
            amount_minor=1001,
            late_cancel_percent=late,
            no_show_percent=no_show,
            cutoff_minutes=cutoff,
        )
        for at in (time(19), time(21, 30)):
            self.book(2, at)
        # Most of what can go wrong needs money.
        for party in self.parties[: data.draw(st.sampled_from([2, 2, 1, 0]))]:
            for payment in payments_for(party):
                self.bank.give(payment)
                self.bank.tell(payment)
        self.outbox()

    # --- What may happen ------------------------------------------------------------------------

    def party(self, data: Any) -> Reservation:
        return seen(data.draw(st.sampled_from(self.parties)))

    def attempt(self, service: Callable[..., object], **arguments: Any) -> None:
        """A refusal is an answer."""
        with clock.freeze(self.now), suppress(DomainError), transaction.atomic():
            service(now=self.now, **arguments)

    def book(self, size: int, at: time, actor: Actor = GUEST) -> None:
        with suppress(DomainError), transaction.atomic():
            booked = book(self.house, actor=actor, now=self.now, party_size=size, time=at)
            self.parties.append(booked.reservation)

    @precondition(lambda self: len(self.parties) < 4)
    @rule(size=st.integers(1, 4), at=st.sampled_from(TIMES), actor=st.sampled_from([GUEST, STAFF]))
    def books(self, size: int, at: time, actor: Actor) -> None:
        """What staff book costs nothing until somebody asks."""
        self.book(size, at, actor)

    @precondition(lambda self: any(not has_deposit(seen(one)) for one in self.parties))
    @rule(data=st.data(), kind=st.sampled_from(BY_HAND), release=st.booleans())
    def asks_by_hand(self, data: Any, kind: Kind, *, release: bool) -> None:
        self.attempt(
            reservation_deposit_ask,
            reservation_id=self.party(data).pk,
            kind=kind,
            amount=Money(501, self.house.currency),
            release_unpaid=release,
            actor=STAFF,
        )

    @rule(data=st.data(), what=st.sampled_from(sorted(STEPS)), by_guest=st.booleans())
    def steps(self, data: Any, what: str, *, by_guest: bool) -> None:
        actor = GUEST if by_guest else STAFF
        self.attempt(STEPS[what], reservation_id=self.party(data).pk, actor=actor)

    @rule(data=st.data(), how=st.sampled_from(["begins", "gives", "tells", "pays", "pays"]))
    def at_the_bank(self, data: Any, how: str) -> None:
        """At the provider's page, open or not: it does not ask us, and tells when it likes."""
        payments = payments_for(self.party(data))
        if not payments:
            return
        payment = data.draw(st.sampled_from(payments))
        if how == "begins" and payment.status == "open":
            self.bank.begin_try(payment)
        if how in ("gives", "pays"):
            self.bank.give(payment)
        if how in ("tells", "pays"):
            self.bank.tell(payment)
        if how == "pays":
            self.outbox()

    @rule(data=st.data(), what=st.sampled_from(["outbox", "one order", "settle"]))
    def works(self, data: Any, what: str) -> None:
        due = instructions_due(now=self.now)
        if what == "outbox":
            self.outbox()
        elif what == "settle":
            self.attempt(reservation_payment_settle, reservation_id=self.party(data).pk)
        elif due:
            instruction_carry_out(instruction_id=data.draw(st.sampled_from(due)), now=self.now)

    def outbox(self) -> None:
        with clock.freeze(self.now):
            run_deliveries(now=self.now)

    @rule(span=st.sampled_from(SPANS), works=st.booleans())
    def passes(self, span: int, *, works: bool) -> None:
        self.now += timedelta(minutes=span)
        self.bank.now = self.now
        if works:
            later(self.now)

    @precondition(lambda self: any(seen(one).status == "confirmed" for one in self.parties))
    @rule(what=st.sampled_from(["no_show", "seat", "seat and complete"]), data=st.data())
    def dinner(self, what: str, data: Any) -> None:
        """To the evening, at a leap."""
        self.now = self.bank.now = max(self.now, START + timedelta(minutes=11))
        party = self.party(data)
        for step in what.split(" and "):
            self.attempt(STEPS[step], reservation_id=party.pk, actor=STAFF)

    @rule(what=st.sampled_from(["charge", "authorise", "refund"]), code=st.sampled_from(["no", ""]))
    def bank_is_moody(self, what: str, code: str) -> None:
        if what in self.bank.refuses:
            del self.bank.refuses[what]
        else:
            self.bank.refuses[what] = code

    @rule(
        data=st.data(),
        what=st.sampled_from(["waive", "refund", "charge", "charge", "dispute"]),
        amount=st.sampled_from([None, 1, 500, 1001]),
        missing=st.sampled_from([None, 1, 2]),
    )
    def decides(self, data: Any, what: str, amount: int | None, missing: int | None) -> None:
        party = self.party(data)
        if what == "dispute":
            for payment in payments_for(party):
                self.bank.dispute(payment)
        elif what == "charge":
            self.attempt(
                reservation_fee_charge, reservation_id=party.pk, missing=missing, actor=STAFF
            )
        else:
            service = reservation_deposit_waive if what == "waive" else reservation_deposit_refund
            self.attempt(
                service,
                reservation_id=party.pk,
                amount=None if amount is None else Money(amount, self.house.currency),
                reason="",
                actor=STAFF,
            )

    # --- What is true all the time --------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        for party in map(seen, self.parties):
            payments = payments_for(party)
            self.has_a_table_or_none(party)
            if not has_deposit(party):
                assert not payments
                continue
            if party.status == Status.CONFIRMED and party.deposit.pay_until is None:
                given = any(payment.secured_at for payment in payments)
                assert given or party.deposit.waived_minor, party.deposit_status
            for payment in payments:
                self.books_are_right(payment)
                limit = party.policy_snapshot["deposit"]["limit_minor"]
                # What was withdrawn may have been more than what is asked for now.
                most = payment.limit_minor if is_asked_by_hand(party) else limit
                self.is_charged_once(payment, most)

    def has_a_table_or_none(self, party: Reservation) -> None:
        sits = Occupancy.objects.filter(reservation=party).exists()
        if party.status in OCCUPYING:
            assert sits, party.status
        elif party.status not in (Status.COMPLETED, Status.NO_SHOW):
            assert not sits, party.status

    def books_are_right(self, payment: Payment) -> None:
        sums = dict.fromkeys(FactKind, 0)
        for kind, amount in payment.entries.values_list("kind", "amount_minor"):
            sums[FactKind(kind)] += amount
        assert payment.captured_minor == sums[FactKind.CAPTURED]
        assert payment.refunded_minor == sums[FactKind.REFUNDED]
        assert 0 <= payment.refunded_minor <= payment.captured_minor

    def is_charged_once(self, payment: Payment, limit: int) -> None:
        """By the bank's own books; a guest may pay two links, and gets one of them back."""
        things = self.bank.things.get(str(payment.public_id), [])
        taken = sum(thing.sum(FactKind.CAPTURED) for thing in things)
        back = sum(thing.sum(FactKind.REFUNDED) for thing in things)
        assert taken <= payment.limit_minor <= limit
        assert back <= taken

    def payments(self) -> list[Payment]:
        return [payment for party in self.parties for payment in payments_for(party)]

    # --- And at the end -------------------------------------------------------------------------

    def end(self) -> None:
        """Everything is told, done and over: who has a seat comes or does not, and who still waits
        is sent home.
        """
        self.bank.refuses.clear()
        self.tell_all()
        self.now = self.bank.now = max(self.now, START + timedelta(minutes=11))
        for number, party in enumerate(map(seen, self.parties)):
            steps = ["complete"]
            if party.status == Status.CONFIRMED:
                steps = [["no_show"], ["seat", "complete"], ["cancel"]][number % 3]
            for step in [*steps, "cancel"]:
                self.attempt(STEPS[step], reservation_id=party.pk, actor=STAFF)
        self.tell_all()
        self.now = self.bank.now = self.now + timedelta(days=8)
        for _ in range(2):
            self.tell_all()
        self.retry_refunds()
        for party in map(seen, self.parties):
            self.is_settled(party)

    def tell_all(self) -> None:
        for payment in self.payments():
            self.bank.tell(payment)
        later(self.now)

    def retry_refunds(self) -> None:
        """By hand, where the bank would not."""
        for party in filter(has_deposit, map(seen, self.parties)):
            account = account_lock(party)
            in_hand = sum(purse.in_hand_minor for purse in account.purses)
            surplus = in_hand - keeps_minor(account.case, now=self.now)
            if surplus > 0:
                reservation_deposit_refund(
                    reservation_id=party.pk,
                    amount=Money(surplus, self.house.currency),
                    reason="again",
                    actor=STAFF,
                    now=self.now,
                )
        self.tell_all()

    def is_settled(self, party: Reservation) -> None:
        assert party.status not in OCCUPYING
        if not has_deposit(party):
            return
        payments = payments_for(party)
        account = account_lock(party)
        assert party.deposit_status != "pending"
        assert not Instruction.objects.filter(payment__in=payments, status__in=IN_HAND).exists()
        assert not Deposit.objects.filter(pk=party.pk, look_again_at__lte=self.now).exists()
        for payment in payments:
            things = self.bank.things.get(str(payment.public_id), [])
            assert payment.captured_minor == sum(one.sum(FactKind.CAPTURED) for one in things)
            assert payment.refunded_minor == sum(one.sum(FactKind.REFUNDED) for one in things)
            assert payment.status != "open"
            assert not payment.authorised_minor
            assert not any(one.held for one in things)
        if party.guest_id is not None:
            figures = GuestFigures.objects.get(guest=party.guest_id)
            assert figures.no_shows == (party.status == Status.NO_SHOW)
            assert figures.visits == (party.status == Status.COMPLETED)
        kept = sum(payment.kept_minor for payment in payments)
        allowed = keeps_minor(account.case, now=self.now)
        assert kept <= allowed <= party.policy_snapshot["deposit"]["limit_minor"]
        if kept > 0:
            # It has been theirs, or they stayed away: nobody pays for nothing.
            assert party.status in (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED_BY_GUEST)
        if party.status in CANCELLED and not account.case.cancelled_late:
            assert kept <= 0


@pytest.mark.parametrize("kind", ["deposit", "guarantee", "authorisation"])
def test_in_any_order_the_money_is_right(bank: Bank, kind: str) -> None:
    Evening.bank, Evening.kind = bank, kind
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
