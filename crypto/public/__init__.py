"""Needs public keys only: seals, verifies, and says which directory to believe."""
