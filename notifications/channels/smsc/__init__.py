"""SMS through SMSC.RU, which reaches Russian numbers better and cheaper."""
