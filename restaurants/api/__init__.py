"""Restaurants and their configuration for programs (docs/api.md)."""
