"""Files of guests: reading, guessing what the columns mean, checking rows. Knows no database."""
