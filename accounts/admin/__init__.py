"""The admin site's pages of people."""

from accounts.admin.pins import PinAdmin, PinTriesAdmin
from accounts.admin.users import UserAdmin

__all__ = ["PinAdmin", "PinTriesAdmin", "UserAdmin"]
