"""The waitlist on pages of lower floors, which know only the name of this tag."""

from __future__ import annotations

from django import template
from django.urls import reverse

from restaurants.models import Restaurant
from waitlist.selectors import settings_of

register = template.Library()


@register.simple_tag
def waitlist_url(restaurant: Restaurant) -> str:
    """Where guests join; empty where the restaurant keeps no waitlist. One query."""
    if not settings_of(restaurant.pk).is_enabled:
        return ""
    return reverse("waitlist:join", args=[restaurant.slug])
