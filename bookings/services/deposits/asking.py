"""Asking a guest for money: while they book, by a link, once more, for longer (rules 77, 78)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.deposits import Kind, Rule, Terms, fingerprint, payment_reference
from bookings.events import ReservationPaymentAsked
from bookings.lifecycle import Status, payment_expires_at
from bookings.models import Deposit, DepositStatus, Reservation
from bookings.selectors.deposits import deposit_rules_in_force, deposit_terms
from bookings.services.inserting import Booking
from bookings.services.records import event_members
from bookings.settlement import FAR
from guests.models import Guest, GuestFigures, GuestTag
from payments.facts import Mode
from payments.models import Payment
from payments.services import payment_open
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.money import Money

ONLINE_LIFE = timedelta(minutes=15)
LINK_LIFE = timedelta(hours=4)
LINK_LEAD = timedelta(hours=2)
ON_A_PAGE = frozenset({"web", "widget", "api", "telegram"})
"""Channels that show the guest where to pay, in answer to the booking."""
NOT_GUESTS = frozenset({ActorKind.STAFF, ActorKind.PLATFORM, ActorKind.PARTNER})
"""Who books for somebody else: only rules that name the channel hold (rule 77)."""


def deposit_ask_new(
    booking: Booking, reservation: Reservation, guest: Guest | None, *, area_id: int | None
) -> Payment | None:
    """What a booking that has just got its tables costs: the payment that it waits for now.

    A request keeps the terms until staff say yes. Free of queries where a restaurant has no rules.

    :param area_id: asked for, else of the tables
    """
    request, kind = booking.request, booking.actor.kind
    by_staff = kind in (ActorKind.STAFF, ActorKind.PLATFORM)
    if by_staff and not request.asks_payment:
        return None
    rules = deposit_rules_in_force(booking.restaurant)
    if not rules:
        return None
    no_shows, tag_ids = known_of(guest.pk if guest else None, rules)
    terms = deposit_terms(
        restaurant=booking.restaurant,
        service_date=reservation.service_date,
        starts_at=reservation.starts_at,
        service_period_id=reservation.service_period_id,
        party_size=reservation.party_size,
        area_id=area_id,
        source=reservation.source,
        is_by_guest=by_staff or kind not in NOT_GUESTS,
        no_shows=no_shows,
        tag_ids=tag_ids,
        rules=rules,
    )
    if terms is None:
        return None
    deposit_agree(reservation, terms)
    deposit = Deposit.objects.create(reservation=reservation, is_by_link=by_staff)
    payment = None
    if reservation.status != Status.PENDING:
        payment = payment_wait(reservation, deposit, actor=booking.actor, now=booking.now)
    reservation.save()
    return payment


def known_of(guest_id: int | None, rules: tuple[Rule, ...]) -> tuple[int, frozenset[int]]:
    """A guest's no-shows and tags, as far as a rule asks for them."""
    if guest_id is None:
        return 0, frozenset()
    no_shows, tag_ids = 0, frozenset[int]()
    if any(rule.min_no_shows is not None for rule in rules):
        figures = GuestFigures.objects.filter(guest=guest_id).values_list("no_shows", flat=True)
        no_shows = figures.first() or 0
    wanted = {rule.tag_id for rule in rules if rule.tag_id is not None}
    if wanted:
        links = GuestTag.objects.filter(guest=guest_id, tag__in=wanted)
        tag_ids = frozenset(links.values_list("tag_id", flat=True))
    return no_shows, tag_ids


def deposit_agree(reservation: Reservation, terms: Terms) -> None:
    """Write the terms into the policy of a reservation, and their fingerprint. The caller saves."""
    reservation.policy_snapshot = {**reservation.policy_snapshot, "deposit": terms}
    reservation.policy_hash = fingerprint(reservation.policy_snapshot)
    if reservation.deposit_status == DepositStatus.NOT_REQUIRED:
        reservation.deposit_status = DepositStatus.PENDING
    reservation.deposit_minor = terms["limit_minor"]


def payment_wait(
    reservation: Reservation,
    deposit: Deposit,
    *,
    actor: Actor,
    now: datetime,
    until: datetime | None = None,
) -> Payment:
    """The reservation waits for its money from now on (rule 78). The caller saves it.

    :param until: as long as staff said; else the usual time
    """
    reservation.status = Status.PENDING_PAYMENT
    reservation.confirmed_at = None
    reservation.expires_at = until or ask_until(reservation, deposit, now=now)
    return payment_start(reservation, deposit, actor=actor, now=now)


def payment_asked(
    reservation: Reservation,
    payment: Payment,
    *,
    actor: Actor,
    now: datetime,
    by_link: bool | None = None,
    by_hand: bool = False,
) -> ReservationPaymentAsked:
    """The event of it. Somebody who books in a browser is shown the page where they pay.

    :param by_hand: staff ask for what was not agreed when booking
    """
    if by_link is None:
        by_link = reservation.deposit.is_by_link or actor.channel not in ON_A_PAGE
    return ReservationPaymentAsked(
        by_link=by_link,
        by_hand=by_hand,
        payment_id=payment.pk,
        expires_at=reservation.expires_at,
        **event_members(reservation, actor=actor, now=now),
    )


def ask_until(reservation: Reservation, deposit: Deposit, *, now: datetime) -> datetime:
    """How long the tables are kept for a guest who is paying."""
    if deposit.is_by_link:
        return payment_expires_at(now, reservation.starts_at, life=LINK_LIFE, lead=LINK_LEAD)
    return payment_expires_at(now, reservation.starts_at, life=ONLINE_LIFE)


def payment_start(
    reservation: Reservation,
    deposit: Deposit,
    *,
    actor: Actor,
    now: datetime,
    mode: Mode | None = None,
    amount_minor: int | None = None,
) -> Payment:
    """Open the payment of a reservation; the one that is open already stays.

    :param mode, amount_minor: for what falls due later; else what the terms ask for
    :raises PaymentsOff: if the restaurant can take no money any more
    """
    terms: Terms = reservation.policy_snapshot["deposit"]
    due = max(terms["limit_minor"] - deposit.waived_minor, 0)
    mode = mode or mode_of(terms, starts_at=reservation.starts_at, now=now)
    wanted = due if amount_minor is None else amount_minor
    return payment_open(
        restaurant_id=reservation.restaurant_id,
        reference=payment_reference(reservation.pk),
        mode=mode,
        amount=Money(0 if mode is Mode.SAVE else wanted, terms["currency"]),
        limit=Money(wanted, terms["currency"]),
        description=f"{reservation.restaurant.name}, {reservation.reference}"[:200],
        actor=actor,
        now=now,
    )


def mode_of(terms: Terms, *, starts_at: datetime, now: datetime) -> Mode:
    """How the money is secured: banks hold an amount for a week, so that a booking far ahead saves
    the card first (rule 84).
    """
    kind = Kind(terms["kind"])
    if kind is Kind.GUARANTEE:
        return Mode.SAVE
    if kind is Kind.AUTHORISATION:
        return Mode.SAVE if starts_at - now > FAR else Mode.AUTHORISE
    return Mode.CHARGE
