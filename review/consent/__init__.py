"""Consent: of one person, to one measure, one recipient, one identity level, one exact text, for a time."""
