"""The waitlist for programs (docs/api.md)."""
