"""Offers and news to a segment of the guest book (requirement G5)."""

from notifications.services.campaigns.drafts import Wording, campaign_save
from notifications.services.campaigns.pacing import campaigns_let_through, organisations_sending
from notifications.services.campaigns.running import (
    campaign_cancel,
    campaign_pause,
    campaign_resume,
    campaign_schedule,
    campaign_start,
    campaigns_start_due,
)

__all__ = [
    "Wording",
    "campaign_cancel",
    "campaign_pause",
    "campaign_resume",
    "campaign_save",
    "campaign_schedule",
    "campaign_start",
    "campaigns_let_through",
    "campaigns_start_due",
    "organisations_sending",
]
