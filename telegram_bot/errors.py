"""The bot's own refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError, PermissionRefused


class ButtonOld(DomainError):
    """The button belongs to something that is gone or looks different by now."""

    code = "button_old"
    title = _("This button is old. The message shows how things are now.")


class NotLinked(PermissionRefused):
    """Nobody knows whose Telegram account this is."""

    code = "telegram_not_linked"
    title = _(
        "Your Telegram account is not linked. Link it in the settings of the restaurant, "
        "section Telegram."
    )


class NoStaff(PermissionRefused):
    """A linked person whose role does not include this, or who does not work here (any more)."""

    code = "telegram_no_staff"
    title = _("You may not do this for this restaurant.")


class AlreadyAnswered(DomainError):
    """Somebody else was quicker; the detail says who."""

    code = "already_answered"
    title = _("Somebody has answered this request already.")


class LinkInvalid(DomainError):
    """A deep link that was used, has expired, or never was."""

    code = "telegram_link_invalid"
    status = 410
    title = _("This link is used or has expired. Please make a new one in the settings.")


class LinkElsewhere(DomainError):
    """A link for a group opened in private, or the other way round."""

    code = "telegram_link_elsewhere"
    title = _("This link is meant for another kind of chat.")


class TelegramAway(DomainError):
    """Telegram does not answer, or no bot is set up."""

    code = "telegram_away"
    status = 503
    title = _("Telegram cannot be reached at the moment. Please try again.")
