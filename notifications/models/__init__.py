"""Messages to guests and staff, the ways to reach people, and what they answer."""

from notifications.models.campaigns import (
    CAMPAIGN_CHANNELS,
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    CampaignText,
    RecipientStatus,
)
from notifications.models.contacts import ContactLink, ContactPoint, GuestPreference, OptOut
from notifications.models.conversation import ConversationEntry, Direction
from notifications.models.message import AttemptOutcome, Message, MessageAttempt, MessageStatus
from notifications.models.settings import MessageSettings, MessageText

__all__ = [
    "CAMPAIGN_CHANNELS",
    "AttemptOutcome",
    "Campaign",
    "CampaignRecipient",
    "CampaignStatus",
    "CampaignText",
    "ContactLink",
    "ContactPoint",
    "ConversationEntry",
    "Direction",
    "GuestPreference",
    "Message",
    "MessageAttempt",
    "MessageSettings",
    "MessageStatus",
    "MessageText",
    "OptOut",
    "RecipientStatus",
]
