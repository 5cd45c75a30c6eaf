"""E-mail over SMTP, the provider of those who have a mail server."""
