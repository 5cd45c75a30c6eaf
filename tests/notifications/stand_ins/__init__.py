"""Providers of messages as real servers on 127.0.0.1, with their wire formats and their moods."""
