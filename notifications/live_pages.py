"""Where those who wait see how things stand."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from waitlist.links import entry_link
from waitlist.models import WaitlistEntry


def entry_path(entry: WaitlistEntry) -> str:
    """The live page of a waitlist entry, as a path of ours; empty where no such page is served."""
    try:
        return reverse("waitlist:entry", args=[entry_link(entry.link_nonce).token])
    except NoReverseMatch:
        return ""
