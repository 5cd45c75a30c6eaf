"""Writing accounts."""

from accounts.services.pins import pin_check, pin_remove, pin_set, pin_unlock
from accounts.services.users import account_create_verified

__all__ = ["account_create_verified", "pin_check", "pin_remove", "pin_set", "pin_unlock"]
