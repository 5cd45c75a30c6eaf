"""Who does something, and through which door."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActorKind(TextChoices):
    GUEST = "guest", _("Guest")
    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    PARTNER = "partner", _("Partner")
    BOT = "bot", _("Bot")
    SYSTEM = "system", _("System")
    PLATFORM = "platform", _("Platform")


@dataclass(frozen=True)
class Actor:
    """Passed to every service that writes.

    :param user_id: the account, where there is one
    :param label: how the audit names the actor; no personal data of guests
    :param channel: ``web``, ``widget``, ``api``, ``admin``, ``telegram``, ``phone``, ``system`` ...
    :param ip: address of the request, for the audit only
    """

    kind: ActorKind
    user_id: int | None = None
    label: str = ""
    channel: str = "web"
    ip: str | None = None


SYSTEM = Actor(kind=ActorKind.SYSTEM, label="system", channel="system")
