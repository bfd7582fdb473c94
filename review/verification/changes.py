"""What is different between two records: field by field, and row by row by the numbers that rows keep."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from review.verification.kinds import Kind, Number, Part, Rows, kinds
from review.verification.links import Cells
from review.verification.record import Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `table` and `row` say where, if it is in a row.

    `name` is that of the field, missing when a whole row came or went. `source` is the number of the source when a cell
    of the matrix is another. `before` and `after` are values of the field, or whole rows.
    """

    what: Literal["changed", "added", "removed"]
    table: str | None = None
    row: int | None = None
    name: str | None = None
    source: int | None = None
    before: Any = field(default=None, repr=False)
    after: Any = field(default=None, repr=False)


def changes(before: Verification, after: Verification) -> tuple[Change, ...]:
    """All differences in the order of the record."""
    return tuple(_fields(before, after, ""))


def _fields(before: object, after: object, prefix: str) -> Iterator[Change]:
    for name, kind in kinds(before).items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new or name == "highest":
            continue
        if isinstance(kind, Part):
            yield from _fields(old, new, f"{name}-")
        elif isinstance(kind, Rows):
            yield from _rows(name, old, new)
        else:
            yield Change(what="changed", name=f"{prefix}{name}", before=old, after=new)


def _rows(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[Change]:
    olds, news = ({row.row: row for row in rows} for rows in (before, after))
    for number in sorted({*olds, *news}):
        old, new = olds.get(number), news.get(number)
        if old is None or new is None:
            yield Change(what="added" if old is None else "removed", table=table, row=number, before=old, after=new)
        elif old != new:
            for name, kind in kinds(old).items():
                yield from _cell(table, number, name, kind, getattr(old, name), getattr(new, name))


def _cell(table: str, row: int, name: str, kind: Kind, old: Any, new: Any) -> Iterator[Change]:
    if old == new or isinstance(kind, Number):
        return
    if not isinstance(kind, Cells):
        yield Change(what="changed", table=table, row=row, name=name, before=old, after=new)
        return
    start = kind.codes[0]
    for source in sorted({*old, *new}):
        one, other = old.get(source, start), new.get(source, start)
        if one != other:
            yield Change(what="changed", table=table, row=row, name=name, source=source, before=one, after=other)
