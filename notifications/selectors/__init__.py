"""Reading messages, conversations and the ways to reach people."""

from notifications.selectors.contacts import (
    Address,
    addresses_at,
    addresses_of,
    addresses_proving,
    message_settings_of,
    preference_of,
    quiet_hours_of,
)
from notifications.selectors.messages import (
    conversation_of,
    conversations_unseen,
    messages_for_a_person,
    messages_of,
    messages_visible_to,
)

__all__ = [
    "Address",
    "addresses_at",
    "addresses_of",
    "addresses_proving",
    "conversation_of",
    "conversations_unseen",
    "message_settings_of",
    "messages_for_a_person",
    "messages_of",
    "messages_visible_to",
    "preference_of",
    "quiet_hours_of",
]
