"""E-mail through Mailgun."""
