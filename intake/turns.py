"""What a transaction takes for itself before it looks at anything: others who want the same wait for its end."""

from dataclasses import dataclass

from sqlalchemy import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`table` is shared with others who share it, or taken `alone`; and no other turn has one of these `ids`."""

    table: Table
    alone: bool = False
    ids: tuple[bytes, ...] = ()
