"""A few words around what was found (rules, pure)."""

from collections.abc import Sequence
from itertools import islice

from review.search.words import Piece, Term, pieces

_BEFORE, _AFTER = 60, 140
_MOST_PIECES = 60_000

Part = tuple[str, bool]
"""A part of a text, and whether it is what was searched."""


def snippet(texts: Sequence[str], wanted: Sequence[Term]) -> list[Part]:
    """From the text that holds most of the terms, the surroundings of the first; nothing when none of them does."""
    best: tuple[int, str, list[tuple[int, int]]] | None = None
    for text in texts:
        hits = _hits(list(islice(pieces(text), _MOST_PIECES)), wanted)
        places = sorted(place for found in hits for place in found)
        count = sum(1 for found in hits if found)
        if places and (best is None or count > best[0]):
            best = (count, text, places)
    return [] if best is None else _around(best[1], best[2])


def _hits(found: Sequence[Piece], wanted: Sequence[Term]) -> list[list[tuple[int, int]]]:
    """Of each term, where it stands."""
    flat = [(token, piece) for piece in found for token in piece.tokens]
    places: list[list[tuple[int, int]]] = [[] for _ in wanted]
    for at, (token, piece) in enumerate(flat):
        for place, term in zip(places, wanted, strict=True):
            last = at + len(term.tokens) - 1
            if token.startswith(term.tokens[0]) and last < len(flat) and _stands(flat[at : last + 1], term):
                place.append((piece.start, flat[last][1].end))
    return places


def _stands(here: Sequence[tuple[str, Piece]], term: Term) -> bool:
    said = tuple(token for token, _ in here)
    if said == term.tokens:
        return True
    return term.begins and said[:-1] == term.tokens[:-1] and said[-1].startswith(term.tokens[-1])


def _around(text: str, places: Sequence[tuple[int, int]]) -> list[Part]:
    first = places[0]
    start, end = max(0, first[0] - _BEFORE), min(len(text), first[1] + _AFTER)
    start, end = _whole_words(text, start, end)
    parts: list[Part] = [("… " if start else "", False)]
    at = start
    for begin, stop in places:
        if begin < at or stop > end:
            continue
        parts += [(text[at:begin], False), (text[begin:stop], True)]
        at = stop
    parts += [(text[at:end] + (" …" if end < len(text) else ""), False)]
    return [part for part in parts if part[0]]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Moves the ends to spaces nearby, if there are any."""
    begin = text.find(" ", start, start + 20) + 1 if start else 0
    stop = text.rfind(" ", end - 20, end) if end < len(text) else end
    return begin or start, end if stop < 0 else stop
