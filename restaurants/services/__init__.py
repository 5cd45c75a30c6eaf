"""Writing organisations, restaurants and their settings."""

from restaurants.services.config import (
    config_delete,
    config_preview,
    config_save,
    config_save_all,
)
from restaurants.services.invitations import (
    invitation_accept,
    invitation_create,
    invitation_resend,
    invitation_revoke,
)
from restaurants.services.memberships import (
    membership_grant,
    membership_revoke,
    organisation_ask_second_factor,
)
from restaurants.services.opening import organisation_create, restaurant_create, restaurant_equip
from restaurants.services.pasting import tables_from_text, tables_in_text
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
    "invitation_accept",
    "invitation_create",
    "invitation_resend",
    "invitation_revoke",
    "membership_grant",
    "membership_revoke",
    "organisation_ask_second_factor",
    "organisation_create",
    "restaurant_create",
    "restaurant_equip",
    "table_archive",
    "table_create",
    "table_unarchive",
    "tables_from_text",
    "tables_in_text",
]
