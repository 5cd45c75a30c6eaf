"""The admin site's pages of messages."""

from notifications.admin.lists import (
    ContactPointAdmin,
    ConversationEntryAdmin,
    GuestPreferenceAdmin,
    OptOutAdmin,
)
from notifications.admin.messages import MessageAdmin
from notifications.admin.texts import MessageSettingsAdmin, MessageTextAdmin

__all__ = [
    "ContactPointAdmin",
    "ConversationEntryAdmin",
    "GuestPreferenceAdmin",
    "MessageAdmin",
    "MessageSettingsAdmin",
    "MessageTextAdmin",
    "OptOutAdmin",
]
