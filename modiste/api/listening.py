"""The sockets the server listens on, and how many connections the process may hold."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys

from modiste.errors import ModisteError

#: Files, pipes and the listening sockets themselves.
_SPARE_FILES = 200
_NOT_ON_THIS_MACHINE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Return one bound socket for each address of a host, all on one port.

    Parameters
    ----------
    host : str
        A name or an address.
    port : int
        In [0, 65535]; 0 takes a free one.

    Raises
    ------
    ModisteError
        If the host is unknown, the port is taken or may not be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(host, port, error) from error
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(found):
        chosen = sockets[0].getsockname()[1] if sockets else port
        try:
            sockets.append(_bound(family, (address[0], chosen, *address[2:])))
        except OSError as error:
            refused = error
            # A name may also stand for an address that this machine does not have.
            if error.errno not in _NOT_ON_THIS_MACHINE:
                break
    else:
        if sockets:
            return sockets
    for opened in sockets:
        opened.close()
    raise _cannot_listen(host, port, refused) from refused


def allow_connections(wanted: int) -> int:
    """Raise the process's limit on open files and return how many connections it allows.

    Parameters
    ----------
    wanted : int
        Connections to hold at a time.

    Returns
    -------
    int
        At most `wanted`.
    """
    if sys.platform == "win32":
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    reachable = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
        soft = reachable
    return min(wanted, max(soft - _SPARE_FILES, soft // 2))


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        # Linux lets two sockets bind one port with SO_REUSEADDR; only listening tells.
        opened.listen()
    except OSError:
        opened.close()
        raise
    return opened


def _cannot_listen(host: str, port: int, error: Exception | None) -> ModisteError:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        rule = f"Port {port} is already in use; stop the other server or choose another port"
    elif code in {errno.EACCES, errno.EPERM}:
        rule = f"Port {port} needs more rights; choose one from 1024 up"
    else:
        rule = "The server needs a host name or address of this machine to listen on"
    return ModisteError(f"{rule}. Received: {host!r}, port {port} ({error})")
