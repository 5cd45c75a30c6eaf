"""Limits for pages that could be used to guess (`reservehub.core.limits`)."""

from __future__ import annotations

from reservehub.core.limits import behind_link, limit, limit_address

__all__ = ["behind_link", "limit", "limit_address"]
