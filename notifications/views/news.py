"""The page behind the link of a campaign: one button, no log-in (RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.views.common import actor_of
from bookings.views.limits import behind_link
from notifications.services.campaigns.refusing import news_refuse
from notifications.unsubscribe import recipient_of
from reservehub.core import clock


def stop_news(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, and changes nothing; POST ends the offers and news.

    :raises NotFound: for a link that stops nothing
    """
    recipient = behind_link(request, lambda: recipient_of(token))
    is_done = request.method == "POST"
    if is_done:
        news_refuse(recipient=recipient, actor=actor_of(request), now=clock.now())
    context = {
        "restaurant": recipient.campaign.restaurant,
        "is_done": is_done or not recipient.guest.has_marketing_consent,
    }
    return render(request, "pages/messages/news.html", context)
