"""A bank in memory: it keeps its own books, does everything once per key, and tells only when it is
made to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from payments.facts import Fact, FactKind, Mode
from payments.gateways.base import (
    Answer,
    Card,
    Listed,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from payments.models import LedgerSource, Payment
from payments.services import instruction_carry_out, instructions_due, payment_note
from reservehub.core.money import Money
from reservehub.core.testing import run_deliveries
from tests.factories import NOW

_number = count(1)

CARD = Card(customer_token="cus_1", method_token="pm_1", brand="visa", last4="4242")


@dataclass
class Thing:
    """One payment object at the bank."""

    object_id: str
    facts: list[Fact] = field(default_factory=list)
    is_dead: bool = False

    def of(self, kind: FactKind) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind is kind]

    def sum(self, kind: FactKind) -> int:
        return sum(fact.amount_minor for fact in self.of(kind))

    @property
    def held(self) -> int:
        gone = self.of(FactKind.CAPTURED) or self.of(FactKind.RELEASED)
        return 0 if gone else self.sum(FactKind.AUTHORISED)

    @property
    def kept(self) -> int:
        return self.sum(FactKind.CAPTURED) - self.sum(FactKind.REFUNDED)


class Bank:
    """:param refuses: kinds of calls that are refused, with the code; "" needs the guest"""

    provider = "simulator"
    csp: Mapping[str, Sequence[str]] = {}

    def __init__(self) -> None:
        self.things: dict[str, list[Thing]] = {}
        self.keys: dict[str, Answer] = {}
        self.refuses: dict[str, str] = {}
        self.forgotten: list[str] = []
        self.off = ""
        self.is_silent = False
        self.now = NOW

    # --- What a guest does ----------------------------------------------------------------------

    def begin_try(self, payment: Payment) -> Thing:
        """The guest's page has made an object at the bank."""
        thing = self._thing(str(payment.public_id))
        Payment.objects.filter(pk=payment.pk).update(provider_id=thing.object_id)
        return thing

    def give(self, payment: Payment, *, at: datetime | None = None) -> bool:
        """The guest gives what they are asked for; whether the bank took it. Nobody is told."""
        public_id = str(payment.public_id)
        thing = self._thing(public_id)
        if thing.is_dead:
            return False
        kind = {
            Mode.CHARGE: FactKind.CAPTURED,
            Mode.AUTHORISE: FactKind.AUTHORISED,
            Mode.SAVE: FactKind.SAVED,
        }[Mode(payment.mode)]
        if not thing.of(kind):
            self._fact(thing, kind, payment.amount, at=at)
        return True

    def tell(self, payment: Payment, *, now: datetime | None = None) -> None:
        """All that the bank knows, as a webhook would say it."""
        payment_note(
            payment_id=payment.pk,
            answer=self._answer(str(payment.public_id)),
            source=LedgerSource.WEBHOOK,
            now=now or self.now,
        )

    def dispute(self, payment: Payment) -> None:
        thing = self._thing(str(payment.public_id))
        if thing.kept > 0 and not thing.of(FactKind.DISPUTED):
            self._fact(thing, FactKind.DISPUTED, Money(thing.kept, payment.currency))

    def run_out(self, payment: Payment) -> None:
        """A bank keeps an amount for about a week."""
        for thing in self.things.get(str(payment.public_id), []):
            if thing.held:
                self._fact(thing, FactKind.RELEASED, Money(thing.held, payment.currency))

    # --- The gateway ----------------------------------------------------------------------------

    def problem(self) -> str:
        return self.off

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:
        del return_url, language
        return Session(provider_id=self._thing(order.public_id).object_id)

    def pay(self, order: Order, *, source: str, key: str) -> Answer:
        raise NotImplementedError

    def look_up(self, order: Order) -> Answer:
        return self._answer(order.public_id)

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        return self._once(order, FactKind.CAPTURED, amount, what="charge", key=key)

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        return self._once(order, FactKind.AUTHORISED, amount, what="authorise", key=key)

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        thing = self._named(order)
        if key not in self.keys and thing.held < amount.amount_minor:
            raise Refused("not_held")
        return self._once(order, FactKind.CAPTURED, amount, what="capture", key=key, thing=thing)

    def release(self, order: Order, *, key: str) -> Answer:
        if key in self.keys:
            return self.keys[key]
        thing = self._named(order)
        if thing.of(FactKind.CAPTURED) or thing.of(FactKind.SAVED):
            raise Refused("already_given")
        thing.is_dead = True
        facts: tuple[Fact, ...] = ()
        if thing.held:
            amount = Money(thing.held, order.amount.currency)
            facts = (self._fact(thing, FactKind.RELEASED, amount),)
        self.keys[key] = Answer(facts=facts, provider_id=thing.object_id)
        return self.keys[key]

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        thing = self._named(order)
        if key not in self.keys and thing.kept < amount.amount_minor:
            raise Refused("not_kept")
        return self._once(order, FactKind.REFUNDED, amount, what="refund", key=key, thing=thing)

    def forget(self, order: Order, *, key: str) -> None:
        del key
        self._fail("forget")
        self.forgotten.append(order.provider_id)

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        del account, since, until
        return ()

    # --- Books ----------------------------------------------------------------------------------

    def _once(
        self,
        order: Order,
        kind: FactKind,
        amount: Money,
        *,
        key: str,
        what: str = "",
        thing: Thing | None = None,
    ) -> Answer:
        if key in self.keys:
            return self.keys[key]
        self._fail(what)
        if thing is None:
            thing = self._new(order.public_id)  # a saved card is charged by an object of its own
        fact = self._fact(thing, kind, amount)
        self.keys[key] = Answer(facts=(fact,), provider_id=thing.object_id)
        return self.keys[key]

    def _fail(self, what: str) -> None:
        if self.is_silent:
            raise OutcomeUnknown("timeout")
        if what in self.refuses:
            code = self.refuses[what]
            raise Refused(code or "authentication_required", needs_guest=not code)

    def _thing(self, public_id: str) -> Thing:
        things = self.things.setdefault(public_id, [])
        return things[0] if things else self._new(public_id)

    def _new(self, public_id: str) -> Thing:
        thing = Thing(f"obj_{next(_number)}")
        self.things.setdefault(public_id, []).append(thing)
        return thing

    def _named(self, order: Order) -> Thing:
        for thing in self.things.get(order.public_id, []):
            if thing.object_id == order.provider_id:
                return thing
        return self._thing(order.public_id)

    def _fact(
        self, thing: Thing, kind: FactKind, amount: Money, *, at: datetime | None = None
    ) -> Fact:
        fact = Fact(
            kind=kind,
            provider_id=f"{kind}_{next(_number)}",
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            occurred_at=at or self.now,
            object_id=thing.object_id,
        )
        thing.facts.append(fact)
        return fact

    def _answer(self, public_id: str) -> Answer:
        things = self.things.get(public_id, [])
        facts = tuple(fact for thing in things for fact in thing.facts)
        has_card = any(fact.kind is FactKind.SAVED for fact in facts)
        first = things[0].object_id if things else ""
        return Answer(facts=facts, provider_id=first, card=CARD if has_card else None)


def work(now: datetime) -> None:
    """Whatever is queued is done, until nothing is: instructions at the bank, events here."""
    for _ in range(20):
        done = run_deliveries(now=now)
        for instruction_id in instructions_due(now=now):
            instruction_carry_out(instruction_id=instruction_id, now=now)
            done += 1
        if not done:
            return
    raise AssertionError("it never ends")
