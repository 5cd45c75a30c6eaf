"""What happens to people, for the apps above."""

from __future__ import annotations

from dataclasses import dataclass

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event):
    """A person proved that an e-mail address is theirs."""

    name = "accounts.email.verified"

    user_id: int


@dataclass(frozen=True, kw_only=True)
class LoggedIn(Event):
    """A person logged in on the site (not through the API)."""

    name = "accounts.user.logged_in"

    user_id: int
