"""Who is who in Telegram, and what cards show."""
