"""The web app's end of a keeper that says what no keeper says."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from review.process import KeeperProcess
from review.refusals import Refused
from tests.material import DAY

# Answers everything with a word that is none and then with a line that would pass for the next answer.
_ASTRAY = """
import sys
for _ in sys.stdin:
    print('{word}', flush=True)
    print('{{"ok":{{"of":"before"}}}}', flush=True)
"""


class Astray(KeeperProcess):
    """A process in the place of the keeper."""

    def __init__(self, word: str) -> None:
        self._station = Path("/nowhere")
        self._vault = "cat"
        self._turn = threading.Lock()
        script = _ASTRAY.format(word=word)
        self._process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("word", ["no JSON", '{"other":1}', '{"refused":"no-such-code","detail":{}}'])
def test_after_an_answer_that_is_none_no_later_line_is_taken_for_one(word: str) -> None:
    keeper = Astray(word)
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            keeper.ask("state", DAY)
        assert caught.value.code == "keeper-gone"
    assert keeper._process.poll() is not None


def test_what_a_keeper_says_in_its_form_is_taken_and_the_keeper_stays() -> None:
    keeper = Astray('{"ok":{"is":"an answer"}}')
    assert keeper.ask("state", DAY) == {"is": "an answer"}
    # The control: a line that was left in the pipe would be taken for the next answer.
    assert keeper.ask("state", DAY) == {"of": "before"}
    keeper.end()
