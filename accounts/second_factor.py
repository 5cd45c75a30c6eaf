"""Who must have a second factor, and who has one (requirement A2).

The organisations live on a higher floor: it registers its question here.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator

from accounts.models import User

Question = Callable[[User], bool]
"""Whether something asks this person for a second factor."""

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes alone are none: they stand in for one that was lost."""

_questions: list[Question] = []


def register_second_factor_question(question: Question) -> Question:
    """Add a question (once); call it from `AppConfig.ready`."""
    if question not in _questions:
        _questions.append(question)
    return question


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def lacks_second_factor(user: User) -> bool:
    """Whether somebody asks for one and the person has none."""
    return any(question(user) for question in _questions) and not has_second_factor(user)
