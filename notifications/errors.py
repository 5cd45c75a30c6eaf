"""Refusals of the message services."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class NothingToSettle(DomainError):
    """The message has found its end in the meantime, or is on its way."""

    code = "nothing_to_settle"
    title = _("This message does not wait for anybody any more")


class NobodyToTell(DomainError):
    """The guest of the reservation cannot be reached over any channel."""

    code = "nobody_to_tell"
    title = _("This guest cannot be reached by message")


class TooManyContacts(DomainError):
    """A guest has connected as many browsers or chats as make sense."""

    code = "too_many_contacts"
    title = _("Too many devices are connected already")


class CampaignMoved(DomainError):
    """Somebody has moved it on in the meantime, or it is over."""

    code = "campaign_moved"
    title = _("This campaign is in another state by now")


class CampaignUnderWay(CampaignMoved):
    """What has been started cannot be written anew."""

    code = "campaign_under_way"
    title = _("This campaign has been started already")


class CampaignReachesNobody(DomainError):
    """Nobody of the segment has agreed, or none of its channels reaches them."""

    code = "campaign_reaches_nobody"
    title = _("Nobody of this segment would get it")
