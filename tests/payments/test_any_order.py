"""Whatever happens in whatever order: one truth about money (hypothesis, on the real database).

A guest, a member of staff, a provider, its webhooks, the sweep and bad luck take turns. In the end
what got lost is found again, and our books are the provider's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from payments.errors import AmountRefused, CardRefused, PaymentClosed, ProviderUnavailable
from payments.facts import Mode, Status
from payments.models import Instruction, LedgerEntry, Payment
from payments.services import (
    carrying_out,
    instruction_carry_out,
    instructions_due,
    instructions_unstick,
    notices_receive,
    payment_authorise,
    payment_begin,
    payment_capture,
    payment_charge,
    payment_close,
    payment_look_up,
    payment_pay,
    payment_refund,
    receipt_handle,
    receipts_due,
)
from payments.services.outcomes import instruction_answered
from reservehub.core.actors import SYSTEM
from reservehub.core.money import Money
from tests.factories import GUEST, NOW, STAFF
from tests.payments.people import make_payment
from tests.payments.provider import TestGateway, Trouble
from tests.payments.provider_in_use import gateway_for_tests

AMOUNTS = {"EUR": 50_00, "JPY": 7_501, "KWD": 12_345}
"""Also odd ones: halves of them are not whole."""
REFUSALS = (AmountRefused, CardRefused, PaymentClosed, ProviderUnavailable)
PARTS = st.sampled_from([None, 1, 2, 3])

TROUBLES = st.lists(st.sampled_from([None, None, None, *Trouble]), max_size=2)

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone between the provider's answer and our commit."""


class OnePayment(RuleBasedStateMachine):
    """One payment."""

    def __init__(self) -> None:
        super().__init__()
        self.payment: Payment
        self.patch = pytest.MonkeyPatch()
        self.provider = gateway_for_tests(self.patch)
        self.gateway: TestGateway = self.provider.__enter__()
        self.atomic = transaction.atomic()
        # Like the transaction of a test: services that wait for providers insist on none of ours.
        setattr(self.atomic, "_from_testcase", True)  # noqa: B010 - unknown to the stubs
        self.atomic.__enter__()
        self.now: datetime = NOW
        self.told = 0
        self.tokens = 0

    def teardown(self) -> None:
        try:
            self.settles()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.provider.__exit__(None, None, None)
            self.patch.undo()

    @initialize(
        mode=st.sampled_from(Mode),
        currency=st.sampled_from(sorted(AMOUNTS)),
        start=st.sampled_from(["given", "given unseen", "begun", "open"]),
    )
    def asks(self, mode: Mode, currency: str, start: str) -> None:
        """How far the guest has come already: most stories are about what happens then."""
        self.payment = make_payment(mode, amount=AMOUNTS[currency], currency=currency)
        if start != "open":
            self.begins([])
        if start.startswith("given"):
            self.approves(0)
        if start == "given":
            self.comes_back([])

    # - The guest

    @rule(troubles=TROUBLES)
    @precondition(lambda self: self.payment.status == Status.OPEN)
    def begins(self, troubles: list[Trouble | None]) -> None:
        self.with_troubles(
            troubles,
            lambda: payment_begin(
                payment_id=self.payment.pk, return_url="/", language="en", now=self.now
            ),
        )

    @rule(which=st.integers(0, 5))
    @precondition(lambda self: bool(self.gateway.things))
    def approves(self, which: int) -> None:
        """In any tab that is still open, also one from before the deadline."""
        self.gateway.approves(self.a_thing(which))

    @rule(which=st.integers(0, 5), is_dead=st.booleans())
    @precondition(lambda self: bool(self.gateway.things))
    def is_declined(self, which: int, is_dead: bool) -> None:
        object_id = self.a_thing(which)
        thing = self.gateway.things[object_id]
        if not thing.has_given:
            self.gateway.declines(object_id, is_dead=is_dead)

    @rule(which=st.integers(0, 5))
    @precondition(lambda self: bool(self.gateway.things))
    def a_dead_try_takes_money_all_the_same(self, which: int) -> None:
        """Providers promise otherwise; two tries may both be paid."""
        thing = self.gateway.things[self.a_thing(which)]
        if not thing.has_given:
            thing.is_dead = False
            self.gateway.approves(thing.object_id)

    @rule(troubles=TROUBLES, is_new=st.booleans(), is_bad=st.booleans())
    @precondition(lambda self: self.payment.status == Status.OPEN)
    def pays_with_a_token(self, troubles: list[Trouble | None], is_new: bool, is_bad: bool) -> None:
        self.tokens += is_new
        source = "bad-card" if is_bad else f"tok_{self.tokens}"
        self.with_troubles(
            troubles,
            lambda: payment_pay(payment_id=self.payment.pk, source=source, now=self.now),
        )

    @rule(troubles=TROUBLES)
    def comes_back(self, troubles: list[Trouble | None]) -> None:
        self.with_troubles(
            troubles, lambda: payment_look_up(payment_id=self.payment.pk, now=self.now)
        )

    # - The house

    @rule()
    def closes(self) -> None:
        payment_close(payment_id=self.payment.pk, actor=GUEST, now=self.now)

    @rule(part=PARTS)
    @precondition(lambda self: bool(self.payment.authorised_minor))
    def captures(self, part: int | None) -> None:
        self.tries(payment_capture, self.part(part), reason="no-show", actor=STAFF)

    @rule(part=PARTS)
    @precondition(lambda self: self.payment.method_id is not None)
    def charges(self, part: int | None) -> None:
        self.tries(payment_charge, self.part(part or 1), reason="no-show", actor=STAFF)

    @rule()
    @precondition(lambda self: self.payment.method_id is not None)
    def holds(self) -> None:
        self.tries(payment_authorise, self.part(1), actor=SYSTEM)

    @rule(part=PARTS)
    @precondition(lambda self: bool(self.payment.captured_minor))
    def refunds(self, part: int | None) -> None:
        self.tries(payment_refund, self.part(part), reason="cancelled", actor=STAFF)

    # - The machinery

    @rule(troubles=TROUBLES)
    @precondition(lambda self: bool(instructions_due(now=self.now)))
    def works(self, troubles: list[Trouble | None]) -> None:
        self.with_troubles(troubles, self.carries_out)

    @rule()
    @precondition(lambda self: bool(instructions_due(now=self.now)))
    def is_killed_before_the_commit(self) -> None:
        def dies(**_about: object) -> None:
            raise Killed

        with self.patch.context() as patch, suppress(Killed):
            patch.setattr(carrying_out, "instruction_answered", dies)
            instruction_carry_out(instruction_id=instructions_due(now=self.now)[0], now=self.now)

    @rule()
    @precondition(lambda self: bool(instructions_due(now=self.now)))
    def answers_very_late(self) -> None:
        """The sweep has given the worker up, another one has done it, and then it answers."""
        pk = instructions_due(now=self.now)[0]
        kept: list[dict[str, Any]] = []

        def keeps(**about: Any) -> None:
            kept.append(about)
            raise Killed

        with self.patch.context() as patch, suppress(Killed):
            patch.setattr(carrying_out, "instruction_answered", keeps)
            instruction_carry_out(instruction_id=pk, now=self.now)
        self.passes(timedelta(minutes=10))
        self.carries_out()
        for about in kept:
            instruction_answered(**about)

    @rule(order=st.permutations(range(4)))
    @precondition(lambda self: bool(self.gateway.notices))
    def webhooks_arrive(self, order: list[int]) -> None:
        """The next ones, late or early, out of order; those before them again."""
        waiting = self.gateway.notices[max(self.told - 2, 0) : self.told + 2]
        self.told = min(self.told + 2, len(self.gateway.notices))
        self.hears([waiting[at] for at in order if at < len(waiting)])

    @rule()
    @precondition(lambda self: self.told < len(self.gateway.notices))
    def a_webhook_gets_lost(self) -> None:
        self.told += 1

    @rule(minutes=st.sampled_from([1, 10, 120, 60 * 30]))
    def time_passes(self, minutes: int) -> None:
        self.passes(timedelta(minutes=minutes))

    @rule(which=st.integers(0, 5))
    @precondition(lambda self: any(one.held for one in self.gateway.things.values()))
    def a_hold_runs_out(self, which: int) -> None:
        held = [one for one in self.gateway.things.values() if one.held]
        self.gateway.gives_up(held[which % len(held)].object_id)

    # - What is always so

    @invariant()
    def we_know_of_no_money_that_is_not_there(self) -> None:
        payment = self.payment = self.fresh()
        captured, refunded, _held = self.gateway.sums(payment)
        assert payment.captured_minor <= captured
        assert payment.refunded_minor <= refunded <= captured

    @invariant()
    def we_never_take_more_than_was_agreed(self) -> None:
        """Two tries of the guest's may both pay; of ours, all together stay within the limit."""
        taken = [
            amount.amount_minor
            for key, (method, amount, _about) in self.gateway._asked.items()
            if method in ("charge", "capture") and self.gateway.did(key)
        ]
        assert sum(taken) <= self.limit

    @invariant()
    def each_instruction_has_one_key(self) -> None:
        """And a key acts once: the provider sees to that."""
        keys = set(Instruction.objects.values_list("key", flat=True))
        assert set(self.gateway._asked) <= keys

    # - In the end

    def settles(self) -> None:
        """No more bad luck: what waits is carried out, a last look is taken."""
        self.gateway.troubles.clear()
        for _ in range(6):
            payment_look_up(payment_id=self.payment.pk, now=self.now)
            self.passes(timedelta(hours=3))
            self.carries_out()
        payment = self.fresh()
        captured, refunded, held = self.gateway.sums(payment)
        assert (payment.captured_minor, payment.refunded_minor, payment.authorised_minor) == (
            captured,
            refunded,
            held,
        )
        assert captured - refunded <= self.limit, "the surplus has gone back"
        assert not instructions_due(now=self.now + timedelta(days=30))
        entries = LedgerEntry.objects.filter(payment=payment)
        assert _sum(entries, "captured") == captured
        assert _sum(entries, "refunded") == refunded
        told = {(one.kind.value, one.provider_id) for one in self.facts()}
        assert {(one.kind, one.provider_id) for one in entries} - told <= self.own(entries)

    # - Helpers

    @property
    def limit(self) -> int:
        return self.payment.limit_minor

    def fresh(self) -> Payment:
        return Payment.objects.get(pk=self.payment.pk)

    def facts(self) -> list[Any]:
        return self.gateway.facts.get(str(self.payment.public_id), [])

    def own(self, entries: Any) -> set[tuple[str, str]]:
        """Refusals of a token, which we write down ourselves."""
        keys = set(Instruction.objects.values_list("key", flat=True))
        return {(one.kind, one.provider_id) for one in entries if one.provider_id in keys}

    def a_thing(self, which: int) -> str:
        things = list(self.gateway.things)
        return things[which % len(things)]

    def part(self, part: int | None) -> Money | None:
        return None if part is None else Money(max(self.limit // part, 1), self.payment.currency)

    def tries(self, service: Callable[..., object], amount: Money | None, **about: Any) -> None:
        with suppress(AmountRefused):
            service(payment_id=self.payment.pk, amount=amount, now=self.now, **about)

    def with_troubles(self, troubles: list[Trouble | None], act: Callable[[], object]) -> None:
        self.gateway.troubles.extend(troubles)
        with suppress(*REFUSALS):
            act()
        self.gateway.troubles.clear()

    def carries_out(self) -> None:
        instructions_unstick(now=self.now)
        for pk in instructions_due(now=self.now):
            instruction_carry_out(instruction_id=pk, now=self.now)

    def hears(self, notices: list[Any]) -> None:
        notices_receive(provider="simulator", notices=notices, now=self.now)
        for pk in receipts_due(now=self.now):
            assert receipt_handle(receipt_id=pk, now=self.now)

    def passes(self, time: timedelta) -> None:
        self.now += time


def _sum(entries: Any, kind: str) -> int:
    return sum(entry.amount_minor for entry in entries if entry.kind == kind)


TestOnePayment = OnePayment.TestCase
TestOnePayment.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
