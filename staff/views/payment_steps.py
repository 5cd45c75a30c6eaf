"""What can be done with a payment: asked for, shown with its exact amounts, done once (J4, J5).

The amounts of the question are those of the deed: the service itself is asked in a transaction
that is then rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods

from bookings.deposits import payment_reference
from bookings.models import Reservation
from bookings.services import (
    fee_available,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_fee_charge,
)
from payments.models import Instruction, Payment
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.idempotency import form_once
from reservehub.core.money import Money
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.payments import AmountForm, FeeForm, StepForm
from staff.presenters.payment_steps import Effect, effects_of, refusal_of, whole_fee
from staff.views.payments import payment_here


@dataclass(frozen=True)
class Step:
    """How a step is called, what it does, and in which words it was done."""

    title: str | Promise
    intro: str | Promise
    button: str | Promise
    done: str | Promise
    service: Callable[..., Reservation]


STEPS: Mapping[str, Step] = {
    "refund": Step(
        gettext_lazy("Give money back"),
        gettext_lazy("It goes back to the card it came from; banks take some days."),
        gettext_lazy("Give it back"),
        gettext_lazy("The refund is on its way."),
        reservation_deposit_refund,
    ),
    "fee": Step(
        gettext_lazy("Charge a fee"),
        gettext_lazy("Once, and never more than the guest agreed to when booking."),
        gettext_lazy("Charge it"),
        gettext_lazy("The fee is being charged."),
        reservation_fee_charge,
    ),
    "waive": Step(
        gettext_lazy("Waive it"),
        gettext_lazy(
            "The guest owes it no more: what is held is released, what was paid goes back."
        ),
        gettext_lazy("Waive it"),
        gettext_lazy("It is waived."),
        reservation_deposit_waive,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CHARGE_REFUND)
def step(request: HttpRequest, desk: Desk, payment_id: int, step: str) -> HttpResponse:
    """First how much and why, then the exact amounts once more, then the deed.

    :raises NotFound: for an unknown step, or a payment of another restaurant
    """
    known = STEPS.get(step)
    payment, reservation = payment_here(desk, payment_id)
    if known is None or reservation is None:
        raise NotFound
    about = _About(desk, payment, reservation, step, known)
    if request.method != "POST":
        return about.page(request, about.form(None))
    form = about.form(request.POST)
    if not form.is_valid() or "back" in request.POST:
        return about.page(request, form, status=422 if form.errors else 200)
    try:
        if "confirmed" not in request.POST:
            return about.question(request, form)
        about.do(form)
    except DomainError as refusal:
        form.add_error(None, refusal_of(refusal, reservation))
        return about.page(request, form, status=refusal.status)
    messages.success(request, str(known.done))
    return go_to(request, reverse("staff:payment", args=[desk.restaurant.slug, payment.pk]))


@dataclass(frozen=True)
class _About:
    """One step of one payment, at one desk."""

    desk: Desk
    payment: Payment
    reservation: Reservation
    name: str
    step: Step

    def form(self, data: Any) -> StepForm:
        currency, language = self.payment.currency, get_language() or "en"
        if self.name == "fee":
            fee = Money(fee_available(self.reservation), currency).format(language)
            return FeeForm(
                data,
                whole=whole_fee(self.reservation, fee),
                only_part=self.reservation.seated_at is not None,
            )
        most = self.payment.kept_minor if self.name == "refund" else self.reservation.deposit_minor
        return AmountForm(
            data, currency=currency, most=Money(max(most, 0), currency), language=language
        )

    def run(self, form: StepForm) -> None:
        """:raises DomainError: what the service refuses"""
        self.step.service(
            reservation_id=self.reservation.pk,
            actor=self.desk.actor,
            now=self.desk.now,
            **form.wish(),
        )

    def do(self, form: StepForm) -> None:
        """Once, however often the form is sent."""

        def work() -> int:
            self.run(form)
            return self.payment.pk

        form_once(
            nonce=form.cleaned_data["nonce"],
            scope=f"staff:payment:{self.name}:{self.payment.pk}:{self.desk.person.pk}",
            wish=form.wish(),
            now=self.desk.now,
            work=work,
        )

    def question(self, request: HttpRequest, form: StepForm) -> HttpResponse:
        """What would happen, from the service itself."""
        context = {"effects": self._effects(form), "is_question": True}
        return self.page(request, form, extra=context)

    def _effects(self, form: StepForm) -> list[Effect]:
        of_reservation = Instruction.objects.filter(
            payment__reference=payment_reference(self.reservation.pk)
        )
        with transaction.atomic():
            known = set(of_reservation.values_list("pk", flat=True))
            self.run(form)
            told = list(of_reservation.exclude(pk__in=known).select_related("payment__method"))
            after = Reservation.objects.get(pk=self.reservation.pk)
            transaction.set_rollback(True)
        return effects_of(told, before=self.reservation, after=after)

    def page(
        self,
        request: HttpRequest,
        form: StepForm,
        *,
        extra: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        errors = errors_of(form) if form.is_bound else []
        context = {
            "payment": self.payment,
            "reservation": self.reservation,
            "step": self.step,
            "form": form,
            "errors": errors,
            "has_errors": bool(errors),
        }
        return show(
            request,
            self.desk,
            "staff/payments/step.html",
            context | (extra or {}),
            section="settings",
            status=status,
        )
