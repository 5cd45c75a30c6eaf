"""What happens elsewhere becomes messages."""

from notifications.subscribers import money, visits

__all__ = ["money", "visits"]
