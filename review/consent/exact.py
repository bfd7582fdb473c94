"""The one form of words that people agree to: what only looks the same is not another act (rules, pure)."""

from unicodedata import normalize


def exact(words: str) -> str:
    """In NFC, with line feeds alone, and without blanks or line feeds at either end."""
    return normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n")).strip()
