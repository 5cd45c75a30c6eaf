"""What the bot writes."""
