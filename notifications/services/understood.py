"""What became of a reply."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.answers import Meaning
from notifications.models import ConversationEntry


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What became of a reply.

    :param entry: None where nobody knows whom it is about, and for a repetition
    :param meaning: what it did by itself; NOTHING where it waits for staff
    :param refusal: why what the guest wanted could not be done
    :param said: what to tell the guest at once, where it was about no reservation
    """

    entry: ConversationEntry | None = None
    meaning: Meaning = Meaning.NOTHING
    refusal: str = ""
    said: str = ""
