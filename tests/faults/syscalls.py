"""What the system refuses a process, for real: its files may not grow, its syncs fail (Linux)."""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager

SYNCS = {"x86_64": (74, 75, 277), "aarch64": (82, 83, 84)}
"""fsync, fdatasync, sync_file_range."""
ANY = resource.RLIM_INFINITY
SET_NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
LOAD_NUMBER, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOWED, REFUSED = 0x7FFF0000, 0x00050000 | errno.EIO


@contextmanager
def no_file_grows(pid: int) -> Iterator[None]:
    """Every write of a process to a file fails, as on a disk that does not take it; then it is taken again."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, ANY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (ANY, ANY))


def every_sync_fails() -> None:
    """From now on, in this process and in those it starts, fsync and fdatasync answer an input/output error."""
    program = [struct.pack("HBBI", LOAD_NUMBER, 0, 0, 0)]
    numbers = SYNCS[platform.machine()]
    program += [struct.pack("HBBI", EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    program += [struct.pack("HBBI", RETURN, 0, 0, ALLOWED), struct.pack("HBBI", RETURN, 0, 0, REFUSED)]
    code = ctypes.create_string_buffer(b"".join(program))
    told = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or system.prctl(SET_SECCOMP, FILTER, told, 0, 0):
        raise OSError(ctypes.get_errno(), "this system lets nobody refuse a call")
