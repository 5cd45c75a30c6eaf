"""What the bot writes to staff: screens in the active language, on the restaurant's clock."""
