"""Every refusal of intake, as one tree.

    IntakeError
    |-- ProblemError    a request that is answered with a problem document: the code is stable, the words are in a table
    |-- RefusedError    a command that will not do what was asked: one line for the person who gave it
    |   `-- EvidenceError   it did the rest: what it refused says that somebody was shown something else
    `-- StoreError      the database did not take it
        |-- BusyError   others are writing
        |-- AwayError   there is no way to its server at the moment
        `-- FullError   no room, or a disk that cannot be written

After each kind of `StoreError` the same again later is right.

Nothing of a message, a mailbox or an address goes into any of them.
"""


class IntakeError(Exception):
    """Something was refused."""


class ProblemError(IntakeError):
    """This request is refused; the code is one of `routes.errors.PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RefusedError(IntakeError):
    """This command is refused, for the reason in its text."""


class EvidenceError(RefusedError):
    """Something in a file contradicts what is here and must be kept; of the rest, `taken` says in lines what became."""

    def __init__(self, words: str, taken: tuple[str, ...]) -> None:
        super().__init__(words)
        self.taken = taken


class StoreError(IntakeError):
    """The database did not take it; nothing was changed."""


class BusyError(StoreError):
    """Too many write at once."""


class AwayError(StoreError):
    """The server of the database does not answer."""

    def __init__(self) -> None:
        super().__init__("the database cannot be reached")


class FullError(StoreError):
    """There is no room, or the disk cannot be written; what is there stays."""

    def __init__(self, words: str = "there is no room, or the disk cannot be written") -> None:
        super().__init__(words)
