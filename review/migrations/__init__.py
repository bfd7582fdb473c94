"""The history of a vault's tables."""
