"""E-mail through SendGrid."""
