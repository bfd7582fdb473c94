"""What may stand in a log: fixed words, the kind of a fault and the line of our code it came from.

Never a value: no path, no address, no header, no body, no text of an exception. So nothing that somebody sends can be
read in a log, or forge a line of it.
"""

import logging
from pathlib import Path

LOGGER = "intake"


def speak() -> None:
    """Sends those lines to the standard error of this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("intake: %(message)s"))
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.propagate = False


def unexpected(error: BaseException) -> None:
    """A fault of ours while a request was answered."""
    logging.getLogger(LOGGER).error("unexpected %s", describe(error))


def describe(error: BaseException) -> str:
    """`KeyError at store.py:88`."""
    trace, place = error.__traceback__, "an unknown line"
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
