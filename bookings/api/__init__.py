"""Availability, holds and reservations for programs (docs/api.md)."""
