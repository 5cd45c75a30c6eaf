"""One payment: its sums, its terms, and everything that happened to it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local, moment_text, short_date
from bookings.services.deposits.records import is_asked_by_hand
from payments.models import (
    Dispute,
    DisputeStatus,
    Instruction,
    InstructionStatus,
    LedgerEntry,
    Payment,
    WebhookReceipt,
)
from payments.models.instructions import IN_HAND, NO_WORD
from payments.selectors.staff import OPEN_DISPUTES, Course
from restaurants.models import Restaurant
from staff.presenters.deposits import amount_text

_HAPPENED: Mapping[str, str | Promise] = {
    "saved": gettext_lazy("A card was saved"),
    "authorised": gettext_lazy("%(amount)s was held on the card"),
    "released": gettext_lazy("What was held was released"),
    "captured": gettext_lazy("%(amount)s was taken"),
    "capture_failed": gettext_lazy("%(amount)s was not taken after all"),
    "refunded": gettext_lazy("%(amount)s went back to the guest"),
    "refund_failed": gettext_lazy("A refund of %(amount)s came back"),
    "disputed": gettext_lazy("The bank took %(amount)s back"),
    "dispute_won": gettext_lazy("The bank returned %(amount)s"),
    "fee": gettext_lazy("The provider kept %(amount)s"),
    "refused": gettext_lazy("The card was refused"),
}
TOLD: Mapping[str, str | Promise] = {
    "pay": gettext_lazy("Told to take %(amount)s with the card given"),
    "charge": gettext_lazy("Told to charge %(amount)s to the saved card"),
    "authorise": gettext_lazy("Told to hold %(amount)s on the saved card"),
    "capture": gettext_lazy("Told to take %(amount)s of what is held"),
    "release": gettext_lazy("Told to release what is held"),
    "refund": gettext_lazy("Told to give %(amount)s back"),
    "forget": gettext_lazy("Told to delete the saved card"),
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened. `kind` is for the eye: money, order, dispute, told.

    :param who: who decided it, where somebody did
    """

    at: datetime
    when: str
    kind: str
    text: str
    detail: str
    who: str = ""
    is_bad: bool = False


def timeline_of(course: Course, payment: Payment, restaurant: Restaurant) -> list[Moment]:
    """Everything that is known of a payment, in the order in which it happened."""
    opened = Moment(
        at=payment.created_at,
        when=moment_of(payment.created_at, restaurant),
        kind="order",
        text=_asked(payment),
        detail=payment.description,
    )
    found = [
        opened,
        *(_of_order(one, payment, restaurant) for one in course.instructions),
        *(_of_settling(one, restaurant) for one in course.instructions if one.settled_at),
        *(_of_entry(one, restaurant) for one in course.entries),
        *(_of_dispute(one, restaurant) for one in course.disputes),
        *(_of_webhook(one, restaurant) for one in course.webhooks),
    ]
    return sorted(found, key=lambda moment: moment.at)


def _asked(payment: Payment) -> str:
    amount = amount_text(payment.amount_minor or payment.limit_minor, payment.currency)
    if payment.mode == "save":
        return _("The guest was asked for a card, for up to %(amount)s") % {"amount": amount}
    if payment.mode == "authorise":
        return _("The guest was asked to have %(amount)s held") % {"amount": amount}
    return _("The guest was asked to pay %(amount)s") % {"amount": amount}


def _of_entry(entry: LedgerEntry, restaurant: Restaurant) -> Moment:
    amount = amount_text(entry.amount_minor, entry.currency)
    detail = [str(entry.get_source_display()), entry.code, entry.provider_id]
    return Moment(
        at=entry.occurred_at,
        when=moment_of(entry.occurred_at, restaurant),
        kind="money",
        text=str(_HAPPENED[entry.kind]) % {"amount": amount},
        detail=" · ".join(part for part in detail if part),
        is_bad=entry.kind in ("refused", "capture_failed", "refund_failed", "disputed"),
    )


def _of_order(instruction: Instruction, payment: Payment, restaurant: Restaurant) -> Moment:
    amount = amount_text(instruction.amount_minor, payment.currency)
    detail = [str(instruction.get_status_display()), instruction.code, instruction.reason]
    return Moment(
        at=instruction.created_at,
        when=moment_of(instruction.created_at, restaurant),
        kind="order",
        text=str(TOLD[instruction.kind]) % {"amount": amount},
        detail=" · ".join(part for part in detail if part),
        who=instruction.actor_user.get_full_name() if instruction.actor_user else "",
        is_bad=instruction.status == "refused",
    )


def _of_settling(instruction: Instruction, restaurant: Restaurant) -> Moment:
    at = instruction.settled_at or instruction.created_at
    said = _("It happened") if instruction.was_said_done else _("It did not happen")
    return Moment(
        at=at,
        when=moment_of(at, restaurant),
        kind="order",
        text=_("Settled by hand: %(outcome)s") % {"outcome": said},
        detail=instruction.settled_reason,
        who=instruction.settled_by.get_full_name() if instruction.settled_by else "",
    )


def _of_dispute(dispute: Dispute, restaurant: Restaurant) -> Moment:
    amount = amount_text(dispute.amount_minor, dispute.currency)
    return Moment(
        at=dispute.opened_at,
        when=moment_of(dispute.opened_at, restaurant),
        kind="dispute",
        text=_("A dispute about %(amount)s was opened") % {"amount": amount},
        detail=" · ".join(
            part for part in (str(dispute.get_status_display()), dispute.reason) if part
        ),
        is_bad=True,
    )


def _of_webhook(receipt: WebhookReceipt, restaurant: Restaurant) -> Moment:
    state = _("handled") if receipt.handled_at else _("waits to be handled")
    return Moment(
        at=receipt.received_at,
        when=moment_of(receipt.received_at, restaurant),
        kind="told",
        text=_("The provider reported: %(kind)s") % {"kind": receipt.kind or receipt.event_id},
        detail=" · ".join(part for part in (state, receipt.last_error) if part),
        is_bad=bool(receipt.last_error) and receipt.handled_at is None,
    )


def moment_of(at: datetime, restaurant: Restaurant) -> str:
    """``Fri 5 Jun, 19:00``, by the clock of the restaurant."""
    wall = local(at, restaurant)
    return f"{short_date(wall.date())}, {clock_text(wall, restaurant)}"


@dataclass(frozen=True, kw_only=True)
class DisputeBox:
    """A dispute above everything else; `until` is when the bank wants an answer, if it does."""

    pk: int
    text: str
    until: str
    is_over: bool


def dispute_boxes(course: Course, restaurant: Restaurant) -> list[DisputeBox]:
    return [
        DisputeBox(
            pk=one.pk,
            text=" · ".join(
                part
                for part in (
                    amount_text(one.amount_minor, one.currency),
                    str(one.get_status_display()),
                    one.reason,
                )
                if part
            ),
            until=moment_text(one.respond_by, restaurant)
            if one.status == DisputeStatus.NEEDS_RESPONSE and one.respond_by
            else "",
            is_over=one.status not in OPEN_DISPUTES,
        )
        for one in course.disputes
    ]


# --- Without word from the provider ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """Something of which only people know, or nobody."""

    pk: int
    text: str
    is_said_done: bool


def unsettled_of(course: Course, payment: Payment) -> list[Unsettled]:
    """What can be asked about, or settled by hand; or be taken back, where it was a mistake."""
    return [
        Unsettled(
            pk=one.pk,
            text=str(TOLD[one.kind]) % {"amount": amount_text(one.amount_minor, payment.currency)},
            is_said_done=one.status == InstructionStatus.SAID_DONE,
        )
        for one in course.instructions
        if one.status == InstructionStatus.SAID_DONE
        or (one.status in IN_HAND and one.code == NO_WORD)
    ]


# --- Sums and terms -------------------------------------------------------------------------------


def facts_of(payment: Payment) -> list[tuple[str, str]]:
    """The sums of one payment; those that are zero and say nothing are left out."""

    def money(amount_minor: int) -> str:
        return amount_text(amount_minor, payment.currency)

    rows = [
        (_("Kind"), str(payment.get_mode_display())),
        (_("At most"), money(payment.limit_minor)),
        (_("Held"), money(payment.authorised_minor) if payment.authorised_minor else ""),
        (_("Taken"), money(payment.captured_minor)),
        (_("Given back"), money(payment.refunded_minor) if payment.refunded_minor else ""),
        (_("Disputed"), money(payment.disputed_minor) if payment.disputed_minor else ""),
        (_("Left with you"), money(payment.kept_minor)),
        (_("Provider’s fees"), money(payment.fee_minor) if payment.fee_minor else ""),
        (_("Card"), str(payment.method or "")),
        (_("Provider"), str(payment.get_provider_display())),
        (_("Number at the provider"), payment.provider_id),
    ]
    return [(label, text) for label, text in rows if text]


def terms_rows(reservation: Reservation) -> list[tuple[str, str]]:
    """What the guest agreed to, as it stands in the snapshot; empty if to nothing."""
    terms = reservation.policy_snapshot.get("deposit")
    if not terms:
        return []
    until = moment_text(datetime.fromisoformat(terms["refund_until"]), reservation.restaurant)
    return [
        *_asked_for_by(reservation),
        (_("Agreed"), amount_text(terms["limit_minor"], terms["currency"])),
        (_("Money back until"), until),
        (_("Kept when cancelled later"), f"{terms['late_cancel_percent']} %"),
        (_("Kept or charged if nobody comes"), f"{terms['no_show_percent']} %"),
        (_("Fingerprint of the policy"), reservation.policy_hash[:16]),
    ]


def _asked_for_by(reservation: Reservation) -> list[tuple[str, str]]:
    """Who of the staff wanted it, where no rule did."""
    if not is_asked_by_hand(reservation):
        return []
    person = reservation.deposit.asked_by
    return [(_("Asked for by"), person.get_full_name() if person else _("Somebody"))]


@dataclass(frozen=True, kw_only=True)
class StepLink:
    """One thing that can be done with a payment."""

    step: str
    label: str
    url: str


def step_links(
    payment: Payment, reservation: Reservation | None, restaurant: Restaurant
) -> list[StepLink]:
    """What could be done now; the services have the last word."""
    if reservation is None:
        return []
    offers = (
        ("refund", _("Give money back"), payment.kept_minor > 0),
        ("fee", _fee_label(payment), _may_cost(payment)),
        ("waive", _waive_label(payment), payment.kept_minor <= 0 and _is_pending(payment)),
    )
    return [
        StepLink(
            step=step,
            label=label,
            url=reverse("staff:payment-step", args=[restaurant.slug, payment.pk, step]),
        )
        for step, label, is_offered in offers
        if is_offered
    ]


def _fee_label(payment: Payment) -> str:
    if payment.authorised_minor:
        return _("Take what is held")
    return _("Charge a fee")


def _may_cost(payment: Payment) -> bool:
    return payment.status in ("saved", "authorised") and not payment.is_card_forgotten


def _is_pending(payment: Payment) -> bool:
    is_asked_for = payment.status in ("open", "saved", "authorised")
    return is_asked_for and not payment.is_card_forgotten


def _waive_label(payment: Payment) -> str:
    if payment.authorised_minor:
        return _("Release the hold")
    return _("Waive it")
