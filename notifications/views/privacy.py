"""The way from a booking to what is stored about its guest (requirement A6).

The link of a booking proves only who made that booking, and anybody may book with somebody else's
number: what is stored is shown to whoever reads the messages to that number.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookings.views.common import actor_of, private_page
from bookings.views.limits import limit
from bookings.views.manage import reservation_of
from notifications.kinds import ChannelName
from notifications.services.privacy_links import NoProvingWay, privacy_link_send, way_to_prove
from reservehub.core import clock
from reservehub.core.errors import NotFound
from reservehub.core.pages import refusals_as_pages


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def privacy(request: HttpRequest, token: str) -> HttpResponse:
    """Offers to send the link; POST sends it."""
    reservation = reservation_of(request, token)
    if reservation.guest is None:
        raise NotFound
    channel: ChannelName | None = way_to_prove(reservation)
    is_sent = False
    if request.method == "POST" and channel is not None:
        limit(request, "privacy", count=10, seconds=3600)
        try:
            channel = privacy_link_send(
                reservation=reservation, actor=actor_of(request), now=clock.now()
            )
            is_sent = True
        except NoProvingWay:
            channel = None
    context = {
        "restaurant": reservation.restaurant,
        "manage_url": reverse("bookings:manage", args=[token]),
        "channel": channel.value if channel is not None else "",
        "is_sent": is_sent,
    }
    return render(request, "pages/privacy/ask.html", context)
