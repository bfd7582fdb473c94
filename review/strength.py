"""How hard a passphrase of somebody's own would be to guess, as well as a machine can say it without a network.

The estimate is zxcvbn's: it knows common passwords, English words and names, dates and keyboards, and counts the tries
that somebody would need who tries the likely first. It does not know who the person is, nor the lines of songs, prayers
and books, and it takes words of most other languages for random letters. So it is a lower bar, and no promise.
"""

from review.passphrase import MOST_CHARACTERS, normal
from review.refusals import Refused

LEAST_DIGITS = 14
"""At least 10 to the 14 tries. Whoever has the file and makes 10,000 a second, each of them 256 MiB and most of a
second of a laptop, needs more than a hundred years for half of them. One of the machine's has 10 to the 23."""

_MOST_WEIGHED = 100


def check_strength(passphrase: str, vault: str) -> None:
    """Refuses what is too easy to guess; of a long one its first hundred characters must be strong enough."""
    if len(passphrase) > MOST_CHARACTERS:
        raise Refused("passphrase-too-long", most=MOST_CHARACTERS)
    # Imported here: its lists of words take time to load, which unlocking does not have.
    from zxcvbn import zxcvbn

    words = normal(passphrase)
    if not words:
        raise Refused("passphrase-empty")
    digits = int(zxcvbn(words[:_MOST_WEIGHED], [vault, "sealed", "intake"], max_length=_MOST_WEIGHED)["guesses_log10"])
    if digits < LEAST_DIGITS:
        raise Refused("passphrase-weak", digits=digits, least=LEAST_DIGITS)
