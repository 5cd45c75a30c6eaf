"""The guest's pages of the waitlist."""
