"""What people call a case when they talk: two words and two digits, drawn at random, never derived from anything.

`pseudonyms.txt` holds short English names of things in nature, weather, craft and kitchen; none names a people, a
faith, the colour of a party, a weapon, a wound or a person.
"""

import secrets
from collections.abc import Callable
from importlib.resources import files

_ENOUGH_TRIES = 1_000


def words() -> list[str]:
    """All words of the list."""
    return files("review").joinpath("pseudonyms.txt").read_text("ascii").split()


def new_pseudonym(is_taken: Callable[[str], bool]) -> str:
    """One like `tern-slate 41` that is not taken in this vault."""
    known, chance = words(), secrets.SystemRandom()
    for _ in range(_ENOUGH_TRIES):
        first, second = chance.sample(known, 2)
        pseudonym = f"{first}-{second} {chance.randrange(100):02d}"
        if not is_taken(pseudonym):
            return pseudonym
    raise RuntimeError("this vault has run out of pseudonyms")
