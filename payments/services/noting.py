"""The one place that writes the ledger: what a provider tells becomes entries, once each."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from payments.facts import SECURED, Fact, FactKind, Status, Totals, status_of
from payments.gateways.base import Answer
from payments.models import LedgerEntry, LedgerSource, Payment
from payments.services.books import Books, payment_locked
from payments.services.cards import card_keep
from payments.services.consequences import consequences
from payments.services.disputes import dispute_note
from payments.services.telling import Change, tell

logger = logging.getLogger(__name__)

_GIVES = (FactKind.SAVED, FactKind.AUTHORISED, FactKind.CAPTURED)


@transaction.atomic
def payment_note(
    *,
    payment_id: int,
    answer: Answer,
    source: LedgerSource,
    now: datetime,
    object_id: str = "",
) -> Payment:
    """Write down what a provider says, and what follows from it.

    The same facts in any order and however often lead to the same ledger, sums and status. Money
    beyond the limit goes back by itself.

    :param object_id: the provider's payment object that was asked or told about, where the answer
        does not say so itself
    :raises NotFound: if there is no such payment
    """
    return answer_note(
        payment_locked(payment_id), answer, source=source, now=now, object_id=object_id
    )


def answer_note(
    payment: Payment, answer: Answer, *, source: LedgerSource, now: datetime, object_id: str = ""
) -> Payment:
    """`payment_note` where the caller holds the payment's lock."""
    about = answer.provider_id or object_id or payment.provider_id
    books = _read(payment)
    before = Change(
        status=Status(payment.status), totals=books.totals, entries=tuple(books.entries)
    )
    fresh = _write(books, answer.facts, about=about, source=source, now=now)
    after = books.totals
    is_changed = bool(fresh)
    if answer.card is not None and _is_of_interest(payment, about):
        is_fresh = any(entry.kind == FactKind.SAVED for entry in fresh)
        is_changed |= card_keep(payment, answer.card, is_fresh=is_fresh, now=now)
    if fresh:
        _sum_up(books, fresh, before, now)
    is_changed |= _follow_object(payment, answer, about, after)
    if after.held and answer.held_until and answer.held_until != payment.held_until:
        payment.held_until = max(answer.held_until, payment.held_until or answer.held_until)
        is_changed = True
    if not after.held and payment.held_until:
        payment.held_until = None
        is_changed = True
    if is_changed:
        payment.updated_at = now
        payment.save()
    for news in answer.disputes:
        dispute_note(payment=payment, news=news, now=now)
    if fresh:
        books.instructions.extend(payment.instructions.all())
        tell(payment, before=before, fresh=fresh, after=after, now=now)
        consequences(books, now=now)
    return payment


def _read(payment: Payment) -> Books:
    """What we tell the provider to do is read only if there is something new."""
    return Books(payment, list(payment.entries.all()))


def _write(
    books: Books, facts: Iterable[Fact], *, about: str, source: LedgerSource, now: datetime
) -> list[LedgerEntry]:
    """Add what was not known; returns it, the earliest first."""
    payment = books.payment
    known = {(entry.kind, entry.provider_id) for entry in books.entries}
    fresh: dict[tuple[str, str], LedgerEntry] = {}
    for fact in facts:
        key = (fact.kind.value, fact.provider_id)
        if key in known or key in fresh:
            continue
        if fact.currency != payment.currency:
            # Fees come in the currency of the account; anything else would be a mistake of theirs.
            level = logging.INFO if fact.kind is FactKind.FEE else logging.ERROR
            logger.log(level, "Payment %s: %s in another currency", payment.pk, fact.kind.value)
            continue
        fresh[key] = LedgerEntry(
            payment=payment,
            kind=fact.kind.value,
            provider_id=fact.provider_id,
            object_id=fact.object_id or about,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
            code=fact.code[:100],
            source=source,
            occurred_at=fact.occurred_at,
            recorded_at=now,
        )
    if not fresh:
        return []
    entries = sorted(fresh.values(), key=lambda entry: (entry.occurred_at, entry.kind))
    LedgerEntry.objects.bulk_create(entries)
    books.entries.extend(entries)
    return entries


def _sum_up(books: Books, fresh: Sequence[LedgerEntry], before: Change, now: datetime) -> None:
    """The sums and the status of the ledger, onto the payment."""
    payment, totals = books.payment, books.totals
    payment.authorised_minor = totals.held
    payment.captured_minor = totals.captured
    payment.refunded_minor = totals.refunded
    payment.disputed_minor = totals.disputed
    payment.fee_minor = totals.fees
    numbers = {
        kind: {entry.provider_id for entry in books.entries if entry.kind == kind}
        for kind in (FactKind.CAPTURED, FactKind.CAPTURE_FAILED)
    }
    # A try that was given up may be told as a failure, too: it never stood for anything.
    failed = numbers[FactKind.CAPTURED] & numbers[FactKind.CAPTURE_FAILED]
    if failed and payment.closed_at is None:
        # What had been paid was not, after all: whoever wants it pays anew, not this once more.
        payment.closed_at = now
    payment.status = status_of(totals, is_closed=payment.closed_at is not None).value
    given = [entry.occurred_at for entry in books.entries if entry.kind in _GIVES]
    payment.secured_at = min(given, default=None)
    refusals = [entry for entry in books.entries if entry.kind == FactKind.REFUSED]
    if refusals:
        last = max(refusals, key=lambda entry: (entry.occurred_at, entry.provider_id))
        payment.last_refusal = last.code
    if before.status not in SECURED and payment.status in SECURED:
        gave = [entry.object_id for entry in fresh if entry.kind in _GIVES and entry.object_id]
        payment.provider_id = gave[-1] if gave else payment.provider_id


def _is_of_interest(payment: Payment, about: str) -> bool:
    return payment.method_id is None or about == payment.provider_id


def _follow_object(payment: Payment, answer: Answer, about: str, after: Totals) -> bool:
    """Which object of the provider's the next call is about; whether that changed."""
    if answer.is_dead:
        has_worked = after.captured or after.is_saved or after.was_held
        if about != payment.provider_id or not about or has_worked:
            return False
        payment.attempt += 1
        payment.provider_id = ""
        return True
    if not payment.provider_id and about:
        payment.provider_id = about
        return True
    return False
