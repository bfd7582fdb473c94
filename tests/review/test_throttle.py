"""Waiting after wrong passphrases outlives the process, and no clock that people can set shortens or lengthens it."""

from pathlib import Path

import pytest

from review.refusals import Refused
from review.throttle import FILE_NAME, FREE_TRIES, LONGEST_WAIT_SECONDS, Throttle
from review.vault import vault_names


class Machine:
    """Seconds since its start, and which start that is."""

    def __init__(self, station: Path) -> None:
        self.station, self.seconds, self.boot = station, 1_000.0, "first"

    def throttle(self) -> Throttle:
        """Of a process that begins now."""
        return Throttle(self.station, lambda: self.seconds, self.boot)

    def fail(self, throttle: Throttle | None = None, code: str = "wrong-passphrase") -> str:
        """One try that ends so; what was said."""
        with pytest.raises(Refused) as caught, (throttle or self.throttle()).trying("cat"):
            raise Refused(code)  # type: ignore[arg-type]
        return caught.value.code

    def waits(self) -> int:
        """Seconds that a new process is told to wait; 0 when it may try."""
        try:
            with self.throttle().trying("cat"):
                raise Refused("broken", where="nowhere")
        except Refused as refused:
            return int(refused.detail.get("seconds", 0))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with an empty station."""
    return Machine(tmp_path)


def test_a_new_process_knows_how_often_the_passphrase_was_wrong(machine: Machine) -> None:
    for _ in range(FREE_TRIES):
        assert machine.waits() == 0
        assert machine.fail() == "wrong-passphrase"
    assert machine.fail() == "wait"
    assert machine.waits() == 5
    machine.seconds += 5
    assert machine.waits() == 0
    machine.fail()
    assert machine.waits() == 10


def test_a_process_that_is_ended_while_it_tries_has_tried(machine: Machine) -> None:
    for _ in range(FREE_TRIES):
        trying = machine.throttle().trying("cat")
        trying.__enter__()
    assert machine.waits() == 5


def test_what_is_refused_for_another_reason_is_no_wrong_try(machine: Machine) -> None:
    for _ in range(2 * FREE_TRIES):
        assert machine.fail(code="vault-newer") == "vault-newer"
    assert machine.waits() == 0


def test_a_right_passphrase_forgives_and_another_vault_does_not_wait(machine: Machine) -> None:
    for _ in range(FREE_TRIES):
        machine.fail()
    with machine.throttle().trying("ced"):
        pass
    assert machine.waits() == 5
    machine.seconds += 5
    with machine.throttle().trying("cat"):
        pass
    machine.fail()
    assert machine.waits() == 0


@pytest.mark.parametrize("seconds", [0.0, 999.0, 10.0**9])
def test_another_start_of_the_machine_begins_the_waiting_anew_and_no_longer_than_it(
    machine: Machine, seconds: float
) -> None:
    for _ in range(FREE_TRIES):
        machine.fail()
    machine.boot, machine.seconds = "second", seconds
    assert machine.waits() == 5
    machine.seconds += 5
    assert machine.waits() == 0


def test_a_clock_that_goes_back_neither_frees_nor_locks_out_for_ever(machine: Machine) -> None:
    for _ in range(FREE_TRIES):
        machine.fail()
    machine.seconds = 3.0
    assert machine.waits() == 5
    machine.seconds += 5
    assert machine.waits() == 0


def test_no_waiting_is_longer_than_it_may_be(machine: Machine) -> None:
    for _ in range(30):
        machine.fail()
        machine.seconds += LONGEST_WAIT_SECONDS
        assert machine.waits() == 0


def test_the_file_is_private_and_a_damaged_one_makes_wait(machine: Machine) -> None:
    machine.fail()
    file = machine.station / FILE_NAME
    assert file.stat().st_mode & 0o077 == 0
    (machine.station / "cat.vault").touch()
    file.write_bytes(b"{")
    assert machine.waits() == 5


def test_a_try_that_was_none_takes_back_itself_alone(tmp_path: Path) -> None:
    """Tries that begin while another is under way stay counted when that one is refused for another reason."""
    throttle = Throttle(tmp_path, lambda: 1_000.0)

    def wrong_twice_meanwhile() -> None:
        for _ in range(2):
            with pytest.raises(Refused, match="wrong-passphrase"), throttle.trying("cat"):
                raise Refused("wrong-passphrase", vault="cat")
        raise Refused("passphrase-weak", digits=3, least=14)

    with pytest.raises(Refused, match="passphrase-weak"), throttle.trying("cat"):
        wrong_twice_meanwhile()
    with pytest.raises(Refused, match="wrong-passphrase"), throttle.trying("cat"):
        raise Refused("wrong-passphrase", vault="cat")
    with pytest.raises(Refused, match="wait"), throttle.trying("cat"):
        pass


def test_a_copy_of_a_vault_beside_it_is_no_vault_and_locks_nobody_out(tmp_path: Path) -> None:
    for name in ("cat", "cat (copy)", "Cat"):
        (tmp_path / f"{name}.vault").write_bytes(b"")
    assert vault_names(tmp_path) == ("cat",)
