"""Asking the guest of one booking for a deposit: what, the exact consequences, then the deed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.models import Reservation
from bookings.services import reservation_deposit_ask
from reservehub.core.errors import DomainError
from reservehub.core.idempotency import form_once
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view, show
from staff.forms.deposit_asking import AskForm
from staff.presenters.deposit_asking import (
    effects_of,
    is_askable,
    obstacle_of,
    policy_of,
    time_choices,
    visit_words,
)
from staff.presenters.panels import name_of
from staff.views.panels import reservation_here


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view(Capability.CHARGE_REFUND)
def ask(request: HttpRequest, desk: Desk, reservation_id: int) -> HttpResponse:
    """As with the other steps of money, the question is answered by the service itself, in a
    transaction that is rolled back.

    :raises NotFound: for a reservation of another restaurant
    """
    about = _About(desk, reservation_here(desk, reservation_id))
    obstacle = obstacle_of(desk, about.reservation)
    if request.method != "POST" or obstacle is not None:
        return about.page(request, about.form(None), extra={"obstacle": obstacle})
    form = about.form(request.POST)
    if not form.is_valid() or "back" in request.POST:
        return about.page(request, form, status=422 if form.errors else 200)
    try:
        if "confirmed" not in request.POST:
            return about.question(request, form)
        about.do(form)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return about.page(request, form, status=refusal.status)
    name = name_of(about.reservation)
    messages.success(request, _("The link to pay is on its way to %(name)s") % {"name": name})
    return go_to(request, about.back_url)


@dataclass(frozen=True)
class _About:
    """One booking at one desk."""

    desk: Desk
    reservation: Reservation

    @property
    def back_url(self) -> str:
        """The plan of that day, with the panel of the booking."""
        floor = reverse("staff:floor", args=[self.desk.restaurant.slug])
        day = self.reservation.service_date.isoformat()
        return f"{floor}?date={day}&reservation={self.reservation.pk}"

    def form(self, data: Any) -> AskForm:
        return AskForm(
            data,
            currency=self.desk.restaurant.currency,
            times=time_choices(self.reservation, now=self.desk.now),
            is_request=self.reservation.status == "pending",
        )

    def run(self, form: AskForm) -> Reservation:
        """:raises DomainError: what the service refuses"""
        return reservation_deposit_ask(
            reservation_id=self.reservation.pk,
            actor=self.desk.actor,
            now=self.desk.now,
            **form.wish(now=self.desk.now),
        )

    def do(self, form: AskForm) -> None:
        """Once, however often the form is sent."""
        typed = {name: str(value) for name, value in form.cleaned_data.items() if name != "nonce"}
        form_once(
            nonce=form.cleaned_data["nonce"],
            scope=f"staff:deposit-ask:{self.reservation.pk}:{self.desk.person.pk}",
            wish=typed,
            now=self.desk.now,
            work=lambda: self.run(form).pk,
        )

    def question(self, request: HttpRequest, form: AskForm) -> HttpResponse:
        """What would happen, from the service itself."""
        now = self.desk.now
        with transaction.atomic():
            asked = self.run(form)
            name = name_of(asked)
            context = {
                "is_question": True,
                "effects": effects_of(asked, was=self.reservation.status, name=name, now=now),
                "policy": policy_of(asked, now=now),
            }
            transaction.set_rollback(True)
        return self.page(request, form, extra=context)

    def page(
        self,
        request: HttpRequest,
        form: AskForm,
        *,
        extra: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        errors = errors_of(form) if form.is_bound else []
        context = {
            "reservation": self.reservation,
            "name": name_of(self.reservation),
            "visit": visit_words(self.reservation),
            "is_askable": is_askable(self.reservation, now=self.desk.now),
            "back_url": self.back_url,
            "form": form,
            "errors": errors,
            "has_errors": bool(errors),
        }
        return show(
            request,
            self.desk,
            "staff/payments/ask.html",
            context | (extra or {}),
            section="floor",
            status=status,
        )
