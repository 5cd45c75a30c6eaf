"""Writing organisations, restaurants and their settings."""

from restaurants.services.backgrounds import plan_background_set
from restaurants.services.config import (
    config_delete,
    config_preview,
    config_save,
    config_save_all,
)
from restaurants.services.floor import (
    plan_archive,
    plan_create,
    plan_draft_discard,
    plan_draft_save,
    plan_rename,
    plan_unarchive,
    plans_reorder,
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
from restaurants.services.pictures import (
    LONGEST_SIDES,
    PictureName,
    picture_cleaned,
    restaurant_pictures_set,
)
from restaurants.services.publishing import (
    Preview,
    placements_set,
    plan_preview,
    plan_publish,
    problem_words,
)
from restaurants.services.tables import (
    combination_save,
    table_archive,
    table_create,
    table_unarchive,
)

__all__ = [
    "LONGEST_SIDES",
    "PictureName",
    "Preview",
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
    "picture_cleaned",
    "placements_set",
    "plan_archive",
    "plan_background_set",
    "plan_create",
    "plan_draft_discard",
    "plan_draft_save",
    "plan_preview",
    "plan_publish",
    "plan_rename",
    "plan_unarchive",
    "plans_reorder",
    "problem_words",
    "restaurant_create",
    "restaurant_equip",
    "restaurant_pictures_set",
    "table_archive",
    "table_create",
    "table_unarchive",
    "tables_from_text",
    "tables_in_text",
]
