"""Comparing the provider's list of movements with ours, a day of UTC at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from payments.events import ReconciliationDiffered
from payments.facts import Fact, FactKind
from payments.gateways import registry
from payments.gateways.base import Answer, CannotAsk, GatewayError, Listed
from payments.models import (
    Difference,
    DifferenceKind,
    LedgerEntry,
    LedgerSource,
    Payment,
    PaymentAccount,
    Reconciliation,
)
from payments.services.noting import payment_note
from reservehub.core import events

CANNOT_ASK = "cannot_ask"
"""`Reconciliation.error` where the provider has no such list."""
NOT_YET = "not_yet"
LOOK_BACK_DAYS = 3
"""A day that could not be compared is tried again for so long."""
MARGIN = timedelta(hours=1)
"""Clocks differ: the provider's list is read so far beyond the day on both sides."""
MOVING = frozenset({FactKind.CAPTURED, FactKind.REFUNDED})
"""What every list of a provider has; the rest of the ledger is not looked for there."""
FAILED_LATER = {
    FactKind.CAPTURE_FAILED: FactKind.CAPTURED,
    FactKind.REFUND_FAILED: FactKind.REFUNDED,
}

Key = tuple[int, str, str]
"""Payment, kind of fact, number at the provider: what makes a fact count once."""


@dataclass(frozen=True)
class Found:
    """A movement of the provider's, and the payment of ours that it belongs to."""

    listed: Listed
    payment: Payment | None

    @property
    def key(self) -> Key | None:
        fact = self.listed.fact
        return (self.payment.pk, fact.kind.value, fact.provider_id) if self.payment else None


def days_due(*, now: datetime) -> list[tuple[int, datetime, datetime]]:
    """Which account is to be compared over which days: `(account_id, since, until)`, the earliest
    first. A day is UTC's, over for at least `MARGIN`.
    """
    today = datetime.combine((now - MARGIN).astimezone(UTC).date(), time(), UTC)
    accounts = [
        account
        for account in PaymentAccount.objects.filter(is_active=True).order_by("pk")
        if not registry.gateway_named(account.provider).problem()
    ]
    done = set(
        Reconciliation.objects.filter(
            Q(error="") | Q(error=CANNOT_ASK), since__gte=today - timedelta(days=LOOK_BACK_DAYS)
        ).values_list("account_id", "since")
    )
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, 0, -1)]
    return [
        (account.pk, since, since + timedelta(days=1))
        for since in days
        for account in accounts
        if (account.pk, since) not in done and since + timedelta(days=1) > account.created_at
    ]


def account_reconcile(
    *, account_id: int, since: datetime, until: datetime, now: datetime
) -> Reconciliation:
    """Compare what moved in `[since, until)`; asked again for the same day, nothing is done twice.

    Call it outside any transaction: the provider is asked first. What only the provider knows is
    taken over by `payment_note`; other differences are written down for people and told in
    `ReconciliationDiffered`. A provider that cannot be asked is written down as `error`.
    """
    account = PaymentAccount.objects.select_related("restaurant").get(pk=account_id)
    known = Reconciliation.objects.filter(account=account, since=since, until=until)
    done = known.filter(error__in=["", CANNOT_ASK]).first()
    if done is not None:
        return done
    try:
        theirs = list(
            registry.gateway_named(account.provider).movements(
                account.account, since=since - MARGIN, until=min(until + MARGIN, now)
            )
        )
    except CannotAsk:
        return _write(account, since, until, [], error=CANNOT_ASK, now=now)
    except GatewayError as error:
        return _write(account, since, until, [], error=error.code, now=now)
    return _write(account, since, until, _found(account, theirs), error="", now=now)


@transaction.atomic
def _write(
    account: PaymentAccount,
    since: datetime,
    until: datetime,
    theirs: Sequence[Found],
    *,
    error: str,
    now: datetime,
) -> Reconciliation:
    """One comparison, whole or not at all; of two at once the second finds the first one's."""
    day = {"account": account, "since": since, "until": until}
    Reconciliation.objects.get_or_create(**day, defaults={"error": NOT_YET, "run_at": now})
    run = Reconciliation.objects.select_for_update(of=("self",)).get(**day)
    if run.error in ("", CANNOT_ASK):
        return run
    run.error, run.run_at = error[:200], now
    if not error:
        run.compared = _compare(run, account, theirs, now=now)
    run.save(update_fields=["error", "run_at", "compared"])
    return run


def _compare(
    run: Reconciliation, account: PaymentAccount, theirs: Sequence[Found], *, now: datetime
) -> int:
    """Write the differences; returns how many movements were looked at."""
    inside = [one for one in theirs if run.since <= one.listed.fact.occurred_at < run.until]
    ours = _ours(run, account)
    known = _known([one.payment for one in inside if one.payment is not None])
    differences = [
        *(
            difference
            # Payments are locked in one order, whoever reconciles or notes.
            for one in sorted(inside, key=lambda one: one.payment.pk if one.payment else 0)
            if (difference := _difference(run, account, one, known, now=now)) is not None
        ),
        *_missing_there(run, ours, {one.key for one in theirs}),
    ]
    Difference.objects.bulk_create(differences)
    open_ones = sum(not difference.is_mended for difference in differences)
    if open_ones:
        events.publish(
            ReconciliationDiffered(
                occurred_at=now,
                restaurant_id=account.restaurant_id,
                reconciliation_id=run.pk,
                differences=open_ones,
            )
        )
    return len({one.key for one in inside} | {_key(entry) for entry in ours})


def _difference(
    run: Reconciliation,
    account: PaymentAccount,
    one: Found,
    known: Mapping[Key, LedgerEntry],
    *,
    now: datetime,
) -> Difference | None:
    """What is wrong with a movement of theirs; None if nothing is, or if it is another's to say."""
    fact, payment = one.listed.fact, one.payment
    difference = Difference(
        reconciliation=run,
        payment=payment,
        fact_kind=fact.kind.value,
        provider_id=fact.provider_id,
        theirs_minor=fact.amount_minor,
        currency=fact.currency,
    )
    if payment is None:
        difference.kind = DifferenceKind.UNKNOWN_PAYMENT
        return difference if _is_first(account) else None
    if payment.restaurant_id != account.restaurant_id:
        return None  # restaurants that share an account compare their own payments
    entry = known.get((payment.pk, fact.kind.value, fact.provider_id))
    if entry is None:
        difference.kind = DifferenceKind.MISSING_HERE
        difference.is_mended = _take_over(payment, fact, now=now)
        return difference
    difference.kind = DifferenceKind.AMOUNT
    difference.ours_minor = entry.amount_minor
    is_same = (entry.amount_minor, entry.currency) == (fact.amount_minor, fact.currency)
    return None if is_same else difference


def _take_over(payment: Payment, fact: Fact, *, now: datetime) -> bool:
    """Write down what the provider alone knew; False for another currency, which would spoil the
    sums of the payment.
    """
    if fact.currency != payment.currency:
        return False
    payment_note(
        payment_id=payment.pk,
        answer=Answer(facts=(fact,)),
        source=LedgerSource.RECONCILIATION,
        now=now,
    )
    return True


def _missing_there(
    run: Reconciliation, ours: Iterable[LedgerEntry], theirs: set[Key | None]
) -> list[Difference]:
    return [
        Difference(
            reconciliation=run,
            payment=entry.payment,
            kind=DifferenceKind.MISSING_THERE,
            fact_kind=entry.kind,
            provider_id=entry.provider_id,
            ours_minor=entry.amount_minor,
            currency=entry.currency,
        )
        for entry in ours
        if _key(entry) not in theirs
    ]


# --- Both lists -------------------------------------------------------------------------------


def _found(account: PaymentAccount, theirs: Sequence[Listed]) -> list[Found]:
    """With their payments, by our number or by the provider's."""
    rows = Payment.objects.filter(provider=account.provider, account_name=account.account)
    numbers = {number for one in theirs if (number := _uuid(one.public_id)) is not None}
    ours = {payment.public_id: payment for payment in rows.filter(public_id__in=numbers)}
    ids = {one.provider_id for one in theirs if one.provider_id}
    by_id = {payment.provider_id: payment for payment in rows.filter(provider_id__in=ids)}
    # An earlier try, or the charge of a payment that is refunded now.
    entries = LedgerEntry.objects.filter(payment__in=rows, provider_id__in=ids)
    by_entry = {entry.provider_id: entry.payment for entry in entries.select_related("payment")}
    found = []
    for one in theirs:
        number = _uuid(one.public_id)
        payment = ours.get(number) if number is not None else None
        payment = payment or by_id.get(one.provider_id) or by_entry.get(one.provider_id)
        found.append(Found(one, payment))
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None  # somebody else's reference: the account is not ours alone


def _known(payments: Iterable[Payment]) -> dict[Key, LedgerEntry]:
    rows = LedgerEntry.objects.filter(payment__in={payment.pk for payment in payments})
    return {_key(entry): entry for entry in rows}


def _ours(run: Reconciliation, account: PaymentAccount) -> list[LedgerEntry]:
    """Our movements of the day, without those that turned out not to have happened."""
    rows = LedgerEntry.objects.filter(
        payment__restaurant=account.restaurant_id,
        payment__provider=account.provider,
        payment__account_name=account.account,
        kind__in=[*MOVING, *FAILED_LATER],
        occurred_at__lt=run.until + timedelta(days=30),
        occurred_at__gte=run.since,
    ).select_related("payment")
    failed = {
        (entry.payment_id, FAILED_LATER[FactKind(entry.kind)].value, entry.provider_id)
        for entry in rows
        if FactKind(entry.kind) in FAILED_LATER
    }
    return [
        entry
        for entry in rows
        if FactKind(entry.kind) in MOVING
        and entry.occurred_at < run.until
        and _key(entry) not in failed
    ]


def _key(entry: LedgerEntry) -> Key:
    return (entry.payment_id, entry.kind, entry.provider_id)


def _is_first(account: PaymentAccount) -> bool:
    """Of the restaurants that share an account at the provider, one tells of what is nobody's."""
    return not PaymentAccount.objects.filter(
        provider=account.provider, account=account.account, is_active=True, pk__lt=account.pk
    ).exists()
