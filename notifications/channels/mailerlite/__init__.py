"""Lists of subscribers at MailerLite, for campaigns."""
