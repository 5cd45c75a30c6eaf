"""The waitlist on pages of lower floors, which know only the name of this tag."""

from __future__ import annotations

from django import template
from django.urls import reverse

from restaurants.models import Restaurant
from waitlist.selectors import settings_of
from waitlist.selectors.queue import queue_settings_of

register = template.Library()


@register.simple_tag
def waitlist_url(restaurant: Restaurant) -> str:
    """Where guests join; empty where the restaurant keeps no waitlist. One query."""
    if not settings_of(restaurant.pk).is_enabled:
        return ""
    return reverse("waitlist:join", args=[restaurant.slug])


@register.simple_tag
def queue_url(restaurant: Restaurant) -> str:
    """Where guests join tonight's queue from afar; empty where the restaurant does not let them.
    One query.
    """
    if not queue_settings_of(restaurant.pk).is_remote_open:
        return ""
    return reverse("queue:queue-join", args=[restaurant.slug])
