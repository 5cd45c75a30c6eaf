"""What the guest book learns from below."""

from __future__ import annotations

from accounts.events import EmailVerified, LoggedIn
from guests.services import guests_link
from reservehub.core.events import subscribe


@subscribe(EmailVerified, LoggedIn, name="guests.link")
def link(event: EmailVerified | LoggedIn, *, delivery_id: int) -> None:  # noqa: ARG001
    """Bookings made without logging in belong to the account that owns the e-mail."""
    guests_link(user_id=event.user_id)
