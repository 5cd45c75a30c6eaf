"""The guest book for programs (docs/api.md)."""
