"""The verification record of a case: what is alleged, what supports it, and what was found (rules and storage)."""
