"""View models of the pages of messages."""
