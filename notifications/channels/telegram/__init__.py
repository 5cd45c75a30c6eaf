"""Messages to guests from the Telegram bot; what they answer is read by `telegram_bot`."""
