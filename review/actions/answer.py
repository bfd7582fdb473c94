"""What every action takes and gives."""

from collections.abc import Callable
from typing import Any

from crypto.wire.fields import Members
from review.store import Store
from review.vault import Vault

MOST_PATH = 4_096

Answer = dict[str, Any]

# The transaction's store, the request's values (read strictly, to the last), and the day.
Action = Callable[[Store, Members, str], Answer]

# How many bytes of its work are done.
Tell = Callable[[int], None]

# The same, for long work that tells how far it is.
TellingAction = Callable[[Store, Members, str, Tell], Answer]

# The same with the vault itself, for what takes its whole file; the vault that the keeper holds from then on.
WholeAction = Callable[[Vault, Members, str], tuple[Vault, Answer]]
