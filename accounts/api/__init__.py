"""Log-in for programs (docs/api.md)."""
