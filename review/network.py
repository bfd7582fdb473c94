"""Whether the machine has a way out, for the desk belongs on one that has none. Reads tables of the kernel only."""

from pathlib import Path

from review.refusals import Refused

ROUTES = Path("/proc/net")

# linux/route.h: the route is usable; it only says that there is none.
_UP, _REJECT = 0x0001, 0x0200
# A route to more than 1/256 of all addresses is a way out: a default route, or the halves some programs make of it.
_WIDEST_NEAR = 8


def ways_out(routes: Path = ROUTES) -> tuple[str, ...]:
    """The network devices that have a way to far addresses, in order; raises `Refused` "network-unknown" (proc(5))."""
    found = {_way_out4(line.split()) for line in _lines(routes / "route")[1:]}
    # A kernel without IPv6 has no such table.
    if (routes / "ipv6_route").exists():
        found |= {_way_out6(line.split()) for line in _lines(routes / "ipv6_route")}
    return tuple(sorted(found - {""}))


def nowhere() -> tuple[str, ...]:
    """For a desk that was told not to look."""
    return ()


def check_offline(ways: tuple[str, ...]) -> None:
    """Raises `Refused` "network-up" when there is a way out."""
    if ways:
        raise Refused("network-up", devices=", ".join(ways))


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text("ascii").splitlines()
    except OSError:
        raise Refused("network-unknown") from None


def _way_out4(fields: list[str]) -> str:
    """Iface Destination Gateway Flags RefCnt Use Metric Mask ...; numbers are hexadecimal."""
    return _way_out(fields[0], int(fields[7], 16).bit_count(), int(fields[3], 16))


def _way_out6(fields: list[str]) -> str:
    """Destination, its prefix, source, its prefix, next hop, metric, two counters, flags, device."""
    is_multicast = fields[0].startswith("ff")
    return "" if is_multicast else _way_out(fields[9], int(fields[1], 16), int(fields[8], 16))


def _way_out(device: str, prefix: int, flags: int) -> str:
    is_usable = flags & _UP and not flags & _REJECT
    return device if is_usable and prefix < _WIDEST_NEAR and device != "lo" else ""
