"""A provider in memory: honest about keys, and as unlucky as the test wants."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any

from payments.facts import Fact, FactKind, Mode
from payments.gateways.base import (
    Answer,
    CannotAsk,
    Card,
    DisputeNews,
    Listed,
    NotDone,
    Notice,
    Order,
    OutcomeUnknown,
    Refused,
    Session,
)
from payments.models import Payment
from reservehub.core.money import Money
from tests.factories import NOW
from tests.payments.provider_books import Call, Thing


class Trouble(Enum):
    """What goes wrong with one call."""

    LOST_AFTER = "lost_after"
    """It is done, and the answer is lost."""
    LOST_BEFORE = "lost_before"
    """Nobody can say, but nothing was done."""
    UNREACHABLE = "unreachable"
    REFUSES = "refuses"
    WANTS_GUEST = "wants_guest"
    TELLS_LATER = "tells_later"
    """It is done, but only the webhook says so (Adyen)."""


@dataclass
class TestGateway:
    """A provider in memory. The same key has the same result, whatever happened to the answer; the
    books are its own, and it never takes more than is held or gives back more than it took.
    """

    __test__ = False

    provider: str = "simulator"
    csp: Mapping[str, Sequence[str]] = field(default_factory=dict)
    can_be_asked: bool = True
    why_off: str = ""
    things: dict[str, Thing] = field(default_factory=dict)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    troubles: deque[Trouble | None] = field(default_factory=deque)
    _results: dict[str, Answer | Refused] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: Any = field(default_factory=threading.RLock)

    def problem(self) -> str:
        return self.why_off

    # - Called by us

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:  # noqa: ARG002
        with self._lock:
            self._call("begin", order.key("begin"), None)
            trouble = self._trouble()
            self._fail(trouble)
            known = self._results.get(order.key("begin"))
            if isinstance(known, Answer):
                if self.things[known.provider_id].is_dead:
                    raise Refused("session_expired")
                return Session(provider_id=known.provider_id)
            thing = self._new_thing(order)
            self._results[order.key("begin")] = Answer(provider_id=thing.object_id)
            if trouble is Trouble.LOST_AFTER:
                raise OutcomeUnknown("timeout")
            return Session(provider_id=thing.object_id, redirect_url=f"/pay/{thing.object_id}")

    def pay(self, order: Order, *, source: str, key: str) -> Answer:
        def work() -> Answer:
            if source == "bad-card":
                raise Refused("card_declined")
            thing = self._new_thing(order)
            return self._give(thing)

        return self._once("pay", key, None, (order.public_id, source), work)

    def look_up(self, order: Order) -> Answer:
        with self._lock:
            self._call("look_up", "", None)
            self._fail(self._trouble())
            if not self.can_be_asked:
                raise CannotAsk("webhook_only")
            mine = [one for one in self.things.values() if one.public_id == order.public_id]
            asked = self.things.get(order.provider_id)
            cards = [one.card for one in mine if one.card]
            return Answer(
                facts=tuple(self.facts.get(order.public_id, ())),
                provider_id=order.provider_id,
                card=cards[-1] if cards else None,
                is_dead=asked is not None and asked.is_dead,
            )

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        def work() -> Answer:
            thing = self._new_thing(order, mode=Mode.CHARGE, amount=amount.amount_minor)
            return self._give(thing)

        return self._once("charge", key, amount, order.public_id, work)

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        def work() -> Answer:
            thing = self._new_thing(order, mode=Mode.AUTHORISE, amount=amount.amount_minor)
            return self._give(thing)

        return self._once("authorise", key, amount, order.public_id, work)

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        def work() -> Answer:
            thing = self._thing(order)
            if not 0 < amount.amount_minor <= thing.held:
                raise Refused("nothing_held")
            thing.held = 0
            return self._take(thing, amount.amount_minor)

        return self._once("capture", key, amount, order.provider_id, work)

    def release(self, order: Order, *, key: str) -> Answer:
        def work() -> Answer:
            thing = self._thing(order)
            if thing.captured:
                raise Refused("already_captured")
            return self.gives_up(thing.object_id)

        return self._once("release", key, None, order.provider_id, work)

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        def work() -> Answer:
            thing = self._thing(order)
            if not 0 < amount.amount_minor <= thing.captured - thing.refunded:
                raise Refused("amount_too_large")
            thing.refunded += amount.amount_minor
            return self._tell(thing, FactKind.REFUNDED, amount.amount_minor, own_number=True)

        return self._once("refund", key, amount, order.provider_id, work)

    def forget(self, order: Order, *, key: str) -> None:
        with self._lock:
            self._call("forget", key, None)
            trouble = self._trouble()
            self._fail(trouble)
            if trouble is Trouble.REFUSES:
                raise Refused("not_allowed")
            self.forgotten.append(order.provider_id)
            if trouble is Trouble.LOST_AFTER:
                raise OutcomeUnknown("timeout")

    def movements(
        self,
        account: str,  # noqa: ARG002
        *,
        since: datetime,
        until: datetime,
    ) -> Iterable[Listed]:
        with self._lock:
            return [
                Listed(public_id=public_id, provider_id=fact.object_id, fact=fact)
                for public_id, facts in self.facts.items()
                for fact in facts
                if since <= fact.occurred_at < until
            ]

    # - Done by the guest and the banks

    def approves(self, object_id: str) -> Answer:
        """The guest gives what this try asks for; a dead one takes nothing."""
        with self._lock:
            thing = self.things[object_id]
            if thing.is_dead or thing.has_given:
                return Answer()
            return self._give(thing)

    def declines(self, object_id: str, *, is_dead: bool = False) -> Answer:
        """The bank says no; the same try may be used again unless it is dead."""
        with self._lock:
            thing = self.things[object_id]
            thing.is_dead = thing.is_dead or is_dead
            return self._tell(thing, FactKind.REFUSED, 0, own_number=True, code="card_declined")

    def gives_up(self, object_id: str) -> Answer:
        """A hold is over; a try takes no card any more."""
        with self._lock:
            thing = self.things[object_id]
            held, thing.held, thing.is_dead = thing.held, 0, True
            return self._tell(thing, FactKind.RELEASED, held)

    def fails(self, fact: Fact) -> Answer:
        """What was called captured or refunded was not, after all."""
        with self._lock:
            thing = self.things[fact.object_id]
            kind = FactKind.REFUND_FAILED
            if fact.kind is FactKind.CAPTURED:
                kind = FactKind.CAPTURE_FAILED
                thing.captured -= fact.amount_minor
            else:
                thing.refunded -= fact.amount_minor
            return self._tell(thing, kind, fact.amount_minor, number=fact.provider_id)

    def disputes(self, object_id: str, amount: int, *, number: str = "dp_1") -> Answer:
        with self._lock:
            thing = self.things[object_id]
            told_at = self._time()
            news = DisputeNews(
                provider_id=number,
                status="needs_response",
                reason="fraudulent",
                amount_minor=amount,
                currency=thing.currency,
                opened_at=told_at,
                told_at=told_at,
                respond_by=told_at + timedelta(days=7),
            )
            return self._tell(thing, FactKind.DISPUTED, amount, number=number, disputes=(news,))

    # - Looked at by tests

    def next(self, *troubles: Trouble) -> None:
        """The next calls go wrong like this."""
        self.troubles.extend(troubles)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def did(self, key: str) -> bool:
        """Whether it has done what this key stands for."""
        return isinstance(self._results.get(key), Answer)

    def sums(self, payment: Payment) -> tuple[int, int, int]:
        """Captured, refunded and held, by the provider's own books."""
        mine = [one for one in self.things.values() if one.public_id == str(payment.public_id)]
        return (
            sum(one.captured for one in mine),
            sum(one.refunded for one in mine),
            sum(one.held for one in mine),
        )

    # - Inside

    def _once(self, method: str, key: str, amount: Money | None, about: Any, work: Any) -> Answer:
        with self._lock:
            self._call(method, key, amount)
            trouble = self._trouble()
            self._fail(trouble)
            asked = (method, amount, about)
            assert self._asked.setdefault(key, asked) == asked, "one key for two things"
            if key not in self._results:
                self._results[key] = self._result(trouble, work)
            if trouble is Trouble.LOST_AFTER:
                raise OutcomeUnknown("timeout")
            result = self._results[key]
            if isinstance(result, Refused):
                raise result
            if trouble is Trouble.TELLS_LATER:
                return Answer(provider_id=_number_of(result))
            return result

    @staticmethod
    def _result(trouble: Trouble | None, work: Any) -> Answer | Refused:
        if trouble is Trouble.REFUSES:
            return Refused("card_declined")
        if trouble is Trouble.WANTS_GUEST:
            return Refused("authentication_required", needs_guest=True)
        try:
            answer: Answer = work()
        except Refused as refusal:
            return refusal
        return answer

    @staticmethod
    def _fail(trouble: Trouble | None) -> None:
        if trouble is Trouble.UNREACHABLE:
            raise NotDone("unreachable")
        if trouble is Trouble.LOST_BEFORE:
            raise OutcomeUnknown("timeout")

    def _call(self, method: str, key: str, amount: Money | None) -> None:
        assert len(key) <= 45
        self.calls.append(Call(method, key, amount.amount_minor if amount else None))

    def _trouble(self) -> Trouble | None:
        return self.troubles.popleft() if self.troubles else None

    def _thing(self, order: Order) -> Thing:
        thing = self.things.get(order.provider_id)
        if thing is None:
            raise Refused("no_such_payment")
        return thing

    def _new_thing(
        self, order: Order, *, mode: Mode | None = None, amount: int | None = None
    ) -> Thing:
        thing = Thing(
            object_id=f"obj_{next(self._ids)}",
            public_id=order.public_id,
            mode=mode or order.mode,
            amount=order.amount.amount_minor if amount is None else amount,
            currency=order.amount.currency,
        )
        self.things[thing.object_id] = thing
        return thing

    def _give(self, thing: Thing) -> Answer:
        thing.is_dead = thing.has_given = True  # it has done its work
        if thing.mode is Mode.SAVE:
            thing.card = Card(
                customer_token="cus_1", method_token=f"card_{thing.object_id}", last4="4242"
            )
            return self._tell(thing, FactKind.SAVED, 0, card=thing.card)
        if thing.mode is Mode.AUTHORISE:
            thing.held = thing.amount
            until = self._time() + timedelta(days=7)
            return self._tell(thing, FactKind.AUTHORISED, thing.amount, held_until=until)
        return self._take(thing, thing.amount)

    def _take(self, thing: Thing, amount: int) -> Answer:
        thing.captured += amount
        return self._tell(thing, FactKind.CAPTURED, amount, own_number=True)

    def _tell(
        self,
        thing: Thing,
        kind: FactKind,
        amount: int,
        *,
        number: str = "",
        own_number: bool = False,
        code: str = "",
        **more: Any,
    ) -> Answer:
        """Write a fact down, and have a notice of it wait for the test to deliver."""
        if own_number:
            number = f"{kind.value[:2]}_{next(self._ids)}"
        fact = Fact(
            kind=kind,
            provider_id=number or thing.object_id,
            object_id=thing.object_id,
            amount_minor=amount,
            currency=thing.currency,
            occurred_at=self._time(),
            code=code,
        )
        self.facts.setdefault(thing.public_id, []).append(fact)
        answer = Answer(
            facts=(fact,),
            provider_id=thing.object_id,
            is_dead=thing.is_dead and kind in (FactKind.REFUSED, FactKind.RELEASED),
            **more,
        )
        self.notices.append(
            Notice(
                event_id=f"evt_{next(self._ids)}",
                kind=kind.value,
                public_id=thing.public_id,
                provider_id=thing.object_id,
                answer=answer,
            )
        )
        return answer

    def _time(self) -> datetime:
        return NOW + timedelta(seconds=next(self._ids))


def _number_of(answer: Answer) -> str:
    """What a provider that tells later says at once: the number under which it will."""
    fact = answer.facts[0]
    return fact.provider_id if fact.kind is FactKind.REFUNDED else answer.provider_id
