from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from reservehub.core import clock, idempotency, tasks
from reservehub.core.errors import IdempotencyMismatch
from reservehub.core.idempotency import Answer, run_idempotent
from reservehub.core.models import IdempotencyRecord, OutboxEvent
from tests.core.samples import NOW
from tests.races import meet, run_together

pytestmark = pytest.mark.django_db(transaction=True)


def book(status: int = 201, *, work: Callable[[], None] = lambda: None) -> Answer:
    row = OutboxEvent.objects.create(name="booked", payload={}, occurred_at=NOW)
    work()
    return Answer(status, {"z": row.pk, "a": [NOW, "é"]}, {"Location": f"/r/{row.pk}"})


def ask(
    work: Callable[[], Answer] = book,
    *,
    key: str = "k",
    scope: str = "POST /r user:1",
    body: bytes = b"{}",
    now: datetime = NOW,
) -> Answer:
    return run_idempotent(key=key, scope=scope, body=body, now=now, work=work)


def bookings() -> int:
    return OutboxEvent.objects.count()


def test_the_second_time_gives_the_first_answer() -> None:
    first, second = ask(), ask()
    assert (first.replayed, second.replayed) == (False, True)
    assert (first.status, first.body, first.headers) == (201, second.body, second.headers)
    assert isinstance(second.body, dict)
    assert list(second.body) == ["z", "a"]
    assert bookings() == 1


@pytest.mark.parametrize("other", [{"key": "l"}, {"scope": "POST /r user:2"}])
def test_another_key_or_another_caller_is_another_request(other: dict[str, str]) -> None:
    ask()
    assert not ask(**other).replayed  # type: ignore[arg-type]
    assert bookings() == 2


def test_the_same_key_with_another_body_is_refused() -> None:
    ask()
    with pytest.raises(IdempotencyMismatch):
        ask(body=b'{"party_size": 3}')
    assert bookings() == 1


def test_twins_book_once() -> None:
    answers = run_together(*[partial(ask, partial(book, work=meet))] * 4)
    assert all(isinstance(answer, Answer) for answer in answers)
    assert sorted(a.replayed for a in answers if isinstance(a, Answer)) == [False, True, True, True]
    assert len({str(a.body) for a in answers if isinstance(a, Answer)}) == 1
    assert bookings() == 1


def test_twins_would_book_twice_by_looking_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a look and a late insert in place of the claim."""

    def look(*, key: str, scope: str, body_hash: str, now: datetime) -> int | None:
        return None if IdempotencyRecord.objects.filter(scope=scope, key=key).exists() else -1

    monkeypatch.setattr(idempotency, "_claim", look)
    run_together(*[partial(ask, partial(book, work=meet))] * 4)
    assert bookings() > 1


def test_a_twin_of_a_crash_takes_over() -> None:
    begun = threading.Event()

    def crash() -> Answer:
        begun.set()
        book(work=meet)
        raise ZeroDivisionError

    def later() -> Answer:
        assert begun.wait(10)
        return ask()

    crashed, answered = run_together(partial(ask, crash), later)
    assert isinstance(crashed, ZeroDivisionError)
    assert answered == Answer(201, answered.body, answered.headers, replayed=False)  # type: ignore[union-attr]
    assert bookings() == 1


def test_a_crash_leaves_nothing_so_that_a_retry_works() -> None:
    def crash() -> Answer:
        book()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(crash)
    assert (bookings(), IdempotencyRecord.objects.count()) == (0, 0)
    assert not ask().replayed


def test_a_refusal_is_kept_but_not_what_it_wrote() -> None:
    first, second = ask(partial(book, 409)), ask()
    assert (first.status, second.status, second.replayed) == (409, 409, True)
    assert bookings() == 0


def test_a_refusal_by_the_database_is_kept_too() -> None:
    def violate() -> Answer:
        try:
            with transaction.atomic():
                OutboxEvent.objects.create(name=None, payload={}, occurred_at=NOW)  # type: ignore[misc]
        except IntegrityError:
            return Answer(422, {"code": "bad"})
        return Answer(201)

    assert [ask(violate).status, ask(violate).replayed] == [422, True]


def test_a_fault_is_not_kept() -> None:
    assert ask(partial(book, 503)).status == 503
    assert (bookings(), IdempotencyRecord.objects.count()) == (0, 0)
    assert ask().status == 201


def test_a_key_is_free_after_a_day_even_before_it_is_pruned() -> None:
    ask()
    assert ask(now=NOW + timedelta(hours=23, minutes=59)).replayed
    assert not ask(body=b"other", now=NOW + timedelta(hours=24)).replayed
    assert bookings() == 2


def test_old_keys_are_pruned() -> None:
    ask()
    ask(key="young", now=NOW + timedelta(hours=1))
    with clock.freeze(NOW + timedelta(hours=24)):
        assert tasks.prune_idempotency() == 1
    assert IdempotencyRecord.objects.get().key == "young"


def test_an_empty_answer_comes_back_empty() -> None:
    assert ask(lambda: Answer(204)).body is None
    assert ask().status == 204
