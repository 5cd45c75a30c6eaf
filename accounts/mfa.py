"""Second factors: their secrets are stored encrypted (requirement A2)."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals what a copy of the database alone must not reveal; `SECRET_KEY` is the key, and
    `SECRET_KEY_FALLBACKS` still open what was sealed before it changed."""

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode("utf-8")).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode("ascii")).decode("utf-8")


def _seal() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", ())]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    digest = hashlib.sha256(f"accounts.mfa:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest)
