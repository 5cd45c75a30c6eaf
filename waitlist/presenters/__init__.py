"""The waitlist in words."""
