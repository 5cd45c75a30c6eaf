"""The provider's list and ours: what is taken over, what is told to people, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from payments.facts import Fact, FactKind
from payments.gateways.base import Answer, CannotAsk, Gateway, GatewayError, Listed, NotDone
from payments.models import (
    Difference,
    DifferenceKind,
    LedgerEntry,
    LedgerSource,
    Payment,
    PaymentAccount,
    Reconciliation,
)
from payments.selectors.reconciliation import (
    differences_open,
    reconciliations_of,
)
from payments.services import payment_note, reconciling
from payments.services.reconciling import CANNOT_ASK, account_reconcile, days_due
from payments.tasks import reconcile
from reservehub.core import clock
from reservehub.core.models import OutboxEvent
from restaurants.models import Restaurant
from tests.factories import make_restaurant
from tests.races import meet_before, run_together, without_row_locks

DAY = datetime(2026, 6, 1, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
NOW = NEXT + timedelta(hours=3)
NOON = DAY + timedelta(hours=12)


class Books:
    """A provider whose list the test writes; the rest of a gateway is not asked here."""

    provider = "stripe"

    def __init__(self) -> None:
        self.list: list[Listed] = []
        self.trouble: GatewayError | None = None
        self.why_off = ""
        self.asked: list[tuple[str, datetime, datetime]] = []

    def problem(self) -> str:
        return self.why_off

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        self.asked.append((account, since, until))
        if self.trouble is not None:
            raise self.trouble
        return iter([one for one in self.list if since <= one.fact.occurred_at < until])


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books()
    monkeypatch.setattr(
        "payments.gateways.registry.gateway_named", lambda _provider: cast(Gateway, made)
    )
    return made


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def account(house: Restaurant) -> PaymentAccount:
    return an_account(house)


def an_account(house: Restaurant, name: str = "acct_1") -> PaymentAccount:
    return PaymentAccount.objects.create(
        restaurant=house,
        provider="stripe",
        account=name,
        created_at=DAY - timedelta(days=30),
        updated_at=DAY,
    )


def a_payment(account: PaymentAccount, **fields: Any) -> Payment:
    number = Payment.objects.count()
    return Payment.objects.create(
        **{
            "restaurant": account.restaurant,
            "account": account,
            "provider": account.provider,
            "account_name": account.account,
            "reference": f"order:{number}",
            "mode": "charge",
            "currency": "EUR",
            "amount_minor": 4000,
            "limit_minor": 4000,
            "provider_id": f"pi_{number}",
            "created_at": DAY,
            "updated_at": DAY,
            **fields,
        }
    )


def a_fact(
    kind: FactKind = FactKind.CAPTURED, number: str = "ch_1", amount: int = 4000, **fields: Any
) -> Fact:
    return Fact(
        **{
            "kind": kind,
            "provider_id": number,
            "amount_minor": amount,
            "currency": "EUR",
            "occurred_at": NOON,
            **fields,
        }
    )


def listed(payment: Payment, fact: Fact) -> Listed:
    return Listed(public_id=str(payment.public_id), provider_id=payment.provider_id, fact=fact)


def known(payment: Payment, *facts: Fact) -> None:
    payment_note(
        payment_id=payment.pk, answer=Answer(facts=facts), source=LedgerSource.WEBHOOK, now=NOON
    )


def compare(account: PaymentAccount, now: datetime = NOW) -> Reconciliation:
    return account_reconcile(account_id=account.pk, since=DAY, until=NEXT, now=now)


def told() -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(name="payments.reconciliation.differed").order_by("pk")
    return [row.payload for row in rows]


pytestmark = pytest.mark.django_db


def test_lists_that_agree_leave_no_difference(account: PaymentAccount, books: Books) -> None:
    payment = a_payment(account)
    known(payment, a_fact(), a_fact(FactKind.REFUNDED, "re_1", 1000))
    books.list = [
        listed(payment, a_fact()),
        listed(payment, a_fact(FactKind.REFUNDED, "re_1", 1000)),
    ]
    run = compare(account)
    assert (run.compared, run.error) == (2, "")
    assert not Difference.objects.exists()
    assert told() == []


def test_what_only_the_provider_knows_is_taken_over(account: PaymentAccount, books: Books) -> None:
    """A webhook that got lost: the money is ours, and so is the news of it."""
    payment = a_payment(account)
    books.list = [listed(payment, a_fact())]
    compare(account)
    payment.refresh_from_db()
    entry = LedgerEntry.objects.get()
    assert (payment.status, payment.captured_minor) == ("captured", 4000)
    assert entry.source == LedgerSource.RECONCILIATION
    difference = Difference.objects.get()
    assert (difference.kind, difference.is_mended) == (DifferenceKind.MISSING_HERE, True)
    assert (difference.payment, difference.theirs_minor) == (payment, 4000)
    assert OutboxEvent.objects.filter(name="payments.payment.secured").count() == 1
    assert told() == []  # nobody has to do anything


def test_what_the_provider_does_not_know_is_for_people(
    account: PaymentAccount, books: Books
) -> None:
    payment = a_payment(account)
    known(payment, a_fact())
    run = compare(account)
    difference = Difference.objects.get()
    assert (difference.kind, difference.is_mended) == (DifferenceKind.MISSING_THERE, False)
    assert (difference.ours_minor, difference.theirs_minor) == (4000, None)
    assert [one["differences"] for one in told()] == [1]
    assert list(differences_open(account.restaurant, now=NOW)) == [difference]
    assert list(reconciliations_of(account.restaurant, now=NOW)) == [run]


def test_another_amount_is_for_people_and_changes_nothing(
    account: PaymentAccount, books: Books
) -> None:
    payment = a_payment(account)
    known(payment, a_fact())
    books.list = [listed(payment, a_fact(amount=3900))]
    compare(account)
    difference = Difference.objects.get()
    assert difference.kind == DifferenceKind.AMOUNT
    assert (difference.ours_minor, difference.theirs_minor) == (4000, 3900)
    payment.refresh_from_db()
    assert payment.captured_minor == 4000


def test_a_movement_of_nobody_is_for_people(account: PaymentAccount, books: Books) -> None:
    books.list = [
        Listed(public_id=str(uuid4()), provider_id="pi_x", fact=a_fact()),
        Listed(public_id="their own shop, order 7", provider_id="pi_y", fact=a_fact(number="ch_2")),
    ]
    compare(account)
    assert [(one.kind, one.payment, one.is_mended) for one in Difference.objects.all()] == [
        (DifferenceKind.UNKNOWN_PAYMENT, None, False)
    ] * 2


def test_another_currency_is_never_added_up(account: PaymentAccount, books: Books) -> None:
    payment = a_payment(account)
    books.list = [listed(payment, a_fact(currency="JPY"))]
    compare(account)
    difference = Difference.objects.get()
    assert (difference.kind, difference.is_mended) == (DifferenceKind.MISSING_HERE, False)
    assert not LedgerEntry.objects.exists()


def test_a_payment_is_found_by_the_number_of_the_provider(
    account: PaymentAccount, books: Books
) -> None:
    payment = a_payment(account, provider_id="pi_7")
    known(payment, a_fact(number="ch_7"))
    by_object = Listed(public_id="", provider_id="pi_7", fact=a_fact(number="ch_7"))
    by_charge = Listed(
        public_id="", provider_id="ch_7", fact=a_fact(FactKind.REFUNDED, "re_7", 500)
    )
    books.list = [by_object, by_charge]
    compare(account)
    assert Difference.objects.get().payment == payment
    payment.refresh_from_db()
    assert payment.refunded_minor == 500


def test_clocks_that_differ_around_midnight_make_no_difference(
    account: PaymentAccount, books: Books
) -> None:
    """Ours a minute before midnight is theirs a minute after; neither day tells of it."""
    payment = a_payment(account)
    known(payment, a_fact(occurred_at=NEXT - timedelta(minutes=1)))
    books.list = [listed(payment, a_fact(occurred_at=NEXT + timedelta(minutes=1)))]
    compare(account)
    account_reconcile(account_id=account.pk, since=NEXT, until=NEXT + timedelta(days=1), now=NOW)
    assert not Difference.objects.exists()
    assert books.asked[0][1] < DAY
    assert books.asked[0][2] > NEXT


def test_what_failed_afterwards_is_not_missed(account: PaymentAccount, books: Books) -> None:
    payment = a_payment(account)
    later = NOON + timedelta(days=2)
    known(payment, a_fact(), a_fact(FactKind.CAPTURE_FAILED, occurred_at=later))
    compare(account)
    assert not Difference.objects.exists()


def test_holds_and_saved_cards_move_nothing(account: PaymentAccount, books: Books) -> None:
    payment = a_payment(account, mode="authorise")
    known(payment, a_fact(FactKind.AUTHORISED))
    assert compare(account).compared == 0
    assert not Difference.objects.exists()


def test_a_provider_that_cannot_be_asked_says_so(account: PaymentAccount, books: Books) -> None:
    books.trouble = CannotAsk("no_list")
    run = compare(account)
    assert (run.error, run.compared) == (CANNOT_ASK, 0)
    assert compare(account) == run
    assert len(books.asked) == 1  # it will not learn to


def test_a_provider_that_does_not_answer_is_asked_again(
    account: PaymentAccount, books: Books
) -> None:
    payment = a_payment(account)
    books.list = [listed(payment, a_fact())]
    books.trouble = NotDone("unreachable")
    assert compare(account).error == "unreachable"
    assert (account.pk, DAY, NEXT) in days_due(now=NOW)
    books.trouble = None
    run = compare(account)
    assert (run.error, run.compared) == ("", 1)
    assert Reconciliation.objects.count() == 1
    assert (account.pk, DAY, NEXT) not in days_due(now=NOW)


def test_a_day_is_compared_once(account: PaymentAccount, books: Books) -> None:
    known(a_payment(account), a_fact())
    first = compare(account)
    assert compare(account, NOW + timedelta(hours=1)) == first
    assert len(books.asked) == 1
    assert Difference.objects.count() == len(told()) == 1


def test_restaurants_that_share_an_account_compare_their_own_payments(books: Books) -> None:
    mine, other = an_account(make_restaurant(), ""), an_account(make_restaurant(), "")
    a, b = a_payment(mine), a_payment(other)
    stray = Listed(public_id="", provider_id="pi_x", fact=a_fact(number="ch_x"))
    books.list = [listed(a, a_fact(number="ch_a")), listed(b, a_fact(number="ch_b")), stray]
    compare(mine)
    compare(other)
    found = Difference.objects.order_by("pk").values_list("reconciliation__account", "payment")
    assert sorted(found, key=str) == sorted(
        [(mine.pk, a.pk), (mine.pk, None), (other.pk, b.pk)], key=str
    )


def test_the_task_compares_the_days_that_are_due(account: PaymentAccount, books: Books) -> None:
    an_account(make_restaurant(), "acct_2")
    PaymentAccount.objects.exclude(pk=account.pk).update(is_active=False)
    with clock.freeze(NOW):
        assert reconcile() == 3
        assert reconcile() == 0
    assert [since for _account, since, _until in books.asked] == [
        DAY - timedelta(days=2, hours=1),
        DAY - timedelta(days=1, hours=1),
        DAY - timedelta(hours=1),
    ]


def test_a_provider_without_keys_is_not_asked(account: PaymentAccount, books: Books) -> None:
    books.why_off = "STRIPE_SECRET_KEY is missing"
    assert days_due(now=NOW) == []


def test_a_day_is_due_only_when_it_is_over(account: PaymentAccount, books: Books) -> None:
    days = {since for _account, since, _until in days_due(now=NEXT + timedelta(minutes=59))}
    assert DAY not in days
    days = {since for _account, since, _until in days_due(now=NEXT + timedelta(minutes=60))}
    assert DAY in days


def compare_at_once(account: PaymentAccount, books: Books) -> int:
    """A day that failed before, tried again by two workers; how many differences were written."""
    books.trouble = NotDone("unreachable")
    compare(account)
    books.trouble = None
    known(a_payment(account), a_fact())
    runs = run_together(lambda: compare(account), lambda: compare(account))
    assert Reconciliation.objects.count() == 1
    assert all(isinstance(run, Reconciliation) for run in runs)
    return Difference.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_comparison(account: PaymentAccount, books: Books) -> None:
    assert compare_at_once(account, books) == len(told()) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_row_they_would_write_it_twice(
    account: PaymentAccount, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    meet_before(monkeypatch, (reconciling, "_ours"))
    assert compare_at_once(account, books) == 2
