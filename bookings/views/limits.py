"""Limits for pages that could be used to guess (`reservehub.core.limits`)."""

from __future__ import annotations

from reservehub.core.limits import limit, limit_address

__all__ = ["limit", "limit_address"]
