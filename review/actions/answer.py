"""What every action takes and gives."""

from collections.abc import Callable
from typing import Any

from crypto.wire.fields import Members
from review.store import Store

MOST_PATH = 4_096

Answer = dict[str, Any]

# The transaction's store, the request's values (read strictly, to the last), and the day.
Action = Callable[[Store, Members, str], Answer]
