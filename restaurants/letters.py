"""The words of letters, as text and as HTML, in the language of the reader."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from restaurants.models import Invitation


def invitation_letter(invitation: Invitation, *, token: str) -> EmailMultiAlternatives:
    """The letter that asks somebody to join."""
    with translation.override(invitation.language):
        place = invitation.restaurant or invitation.organisation
        context = {
            "place": str(place),
            "role": invitation.get_role_display(),
            "sender": str(invitation.invited_by or "ReserveHub"),
            "link": settings.RESERVEHUB_BASE_URL + reverse("staff:invitation", args=[token]),
            "expires_at": invitation.expires_at,
            "language": invitation.language,
        }
        # A name may hold anything; a subject may hold no line breaks.
        subject = " ".join((_("Join %(place)s on ReserveHub") % context).split())
        letter = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/invitation.txt", context),
            to=[invitation.email],
        )
        letter.attach_alternative(render_to_string("mail/invitation.html", context), "text/html")
    return letter
