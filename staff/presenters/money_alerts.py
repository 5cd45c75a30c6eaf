"""Disputes and what a provider refused, as alerts of the host stand."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from restaurants.models import Restaurant
from staff.presenters.alerts import Line
from staff.presenters.payments import Trouble


def money_lines(troubles: Iterable[Trouble], restaurant: Restaurant) -> list[Line]:
    """One line each; opens the panel of the reservation, from where the payment is one tap away."""
    return [
        Line(
            key=one.key,
            kind="money",
            weight="urgent" if one.is_urgent else "know",
            sign="!",
            word=_("Payment"),
            text=f"{one.text}: {one.detail}",
            panel_url=reverse(
                "staff:reservation-panel", args=[restaurant.slug, one.reservation.pk]
            ),
        )
        for one in troubles
        if one.reservation is not None
    ]
