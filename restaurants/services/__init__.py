"""Writing organisations, restaurants and their settings."""

from restaurants.services.config import (
    config_delete,
    config_preview,
    config_save,
    config_save_all,
)
from restaurants.services.memberships import membership_grant, membership_revoke
from restaurants.services.opening import organisation_create, restaurant_create, restaurant_equip
from restaurants.services.tables import (
    combination_save,
    table_archive,
    table_create,
    table_unarchive,
)

__all__ = [
    "combination_save",
    "config_delete",
    "config_preview",
    "config_save",
    "config_save_all",
    "membership_grant",
    "membership_revoke",
    "organisation_create",
    "restaurant_create",
    "restaurant_equip",
    "table_archive",
    "table_create",
    "table_unarchive",
]
