"""The evidence of a dispute, for those who may charge and refund."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from bookings.deposits import reservation_of
from bookings.models import Reservation
from bookings.selectors import reservations_visible_to
from payments.models import Dispute
from payments.services.evidence import dispute_evidence_made
from reservehub.core.errors import NotFound
from restaurants.permissions import Capability
from staff.access import Desk, desk_view
from staff.evidence import document, pack_of


@require_POST
@desk_view(Capability.CHARGE_REFUND)
def evidence(request: HttpRequest, desk: Desk, dispute_id: int) -> HttpResponse:  # noqa: ARG001
    """The document, made anew each time; the audit notes who took it."""
    rows = Dispute.objects.select_related("payment__method")
    dispute = rows.filter(pk=dispute_id, payment__restaurant=desk.restaurant).first()
    reservation = _reservation(desk, dispute) if dispute is not None else None
    if dispute is None or reservation is None:
        raise NotFound
    made = document(pack_of(dispute, reservation, now=desk.now), now=desk.now)
    dispute_evidence_made(dispute_id=dispute.pk, actor=desk.actor, now=desk.now)
    response = HttpResponse(made, content_type="application/pdf")
    name = f"evidence-{reservation.reference}-{dispute.pk}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _reservation(desk: Desk, dispute: Dispute) -> Reservation | None:
    """What the payment is for; None for something that is no booking of this restaurant."""
    number = reservation_of(dispute.payment.reference)
    if number is None:
        return None
    rows = reservations_visible_to(desk.person, Capability.CHARGE_REFUND)
    return rows.filter(pk=number, restaurant=desk.restaurant).select_related("restaurant").first()
