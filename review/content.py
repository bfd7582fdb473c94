"""A reply must not carry the writer's own words back to a screen that somebody may seize (a rule, pure).

Copied text names its author as surely as a signature. Six words in a row that stand in the case too are refused; in
scripts that are written without spaces, twelve characters.
"""

import re
import unicodedata
from collections.abc import Iterable

WORDS_IN_A_ROW = 6
CHARACTERS_IN_A_ROW = 12

# Han, kana, Thai, Lao, Khmer, Myanmar: one character counts as half a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['\u2019][^\W_{_UNSPACED}]+)*")
_ONE_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = CHARACTERS_IN_A_ROW // WORDS_IN_A_ROW


def copied_run(reply: str, sources: Iterable[str]) -> str | None:
    """The first run of words of the reply, as it stands there, that one of the sources holds too."""
    seen, places = _seen(reply)
    spans = [(match.start(), match.end()) for match in _TOKEN.finditer(seen)]
    tokens = [_fold(seen[start:end]) for start, end in spans]
    runs = _runs(tokens)
    if not runs:
        return None
    for source in sources:
        theirs = {run for _, run in _runs([_fold(match.group()) for match in _TOKEN.finditer(_seen(source)[0])])}
        for at, run in runs:
            if run in theirs:
                return reply[places[spans[at][0]] : places[spans[at + len(run) - 1][1] - 1] + 1]
    return None


def _seen(text: str) -> tuple[str, list[int]]:
    """Without what only says how to set a text (joiners, soft hyphens: category Cf), and where each character stood."""
    places = [at for at, character in enumerate(text) if unicodedata.category(character) != "Cf"]
    return "".join(text[at] for at in places), places


def _runs(tokens: list[str]) -> list[tuple[int, tuple[str, ...]]]:
    """At each token the shortest run from there that weighs enough."""
    runs: list[tuple[int, tuple[str, ...]]] = []
    end, weight = 0, 0
    weights = [1 if _ONE_UNSPACED.match(token) else _WORD for token in tokens]
    for at in range(len(tokens)):
        while weight < CHARACTERS_IN_A_ROW and end < len(tokens):
            weight += weights[end]
            end += 1
        if weight < CHARACTERS_IN_A_ROW:
            break
        runs.append((at, tuple(tokens[at:end])))
        weight -= weights[at]
    return runs


def _fold(token: str) -> str:
    return unicodedata.normalize("NFKC", token).casefold().replace("\u2019", "'")
