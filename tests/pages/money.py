"""Paying at the simulator through the pages of both sides, and what workers do meanwhile."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.test import Client

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from payments.models import Payment
from payments.services import instruction_carry_out, instructions_due
from reservehub.core import clock
from reservehub.core.testing import run_deliveries


def work(now: datetime | None = None) -> None:
    """What the workers do: events, and what providers are told; no webhook arrives by itself."""
    at = now or clock.now()
    run_deliveries(now=at)
    while due := instructions_due(now=at):
        for pk in due:
            instruction_carry_out(instruction_id=pk, now=at)
        run_deliveries(now=at)


def page_of(reservation: Reservation, rest: str = "pay/") -> str:
    """A page of the booking."""
    return f"/b/{manage_token_of(reservation)}/{rest}"


def to_the_bank(client: Client, reservation: Reservation) -> str:
    """Go on to the provider; the path of its page."""
    response = client.post(page_of(reservation))
    assert response.status_code == 303, response.content.decode()
    return urlsplit(response["Location"]).path


def pay(
    client: Client, reservation: Reservation, bank: str = "approve", told: str = "at_once"
) -> str:
    """Decide what the bank does; where it sends the guest afterwards."""
    path = to_the_bank(client, reservation)
    response = client.post(path, {"do": "pay", "bank": bank, "told": told})
    assert response.status_code == 303
    return urlsplit(response["Location"]).path


def payment_of(reservation: Reservation) -> Payment:
    return Payment.objects.get(reference=f"reservation:{reservation.pk}")
