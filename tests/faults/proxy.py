"""A TCP proxy between worker and AMI that can be cut, closed, or made to swallow everything."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

CHUNK = 1 << 16


@dataclass
class Proxy:
    """Listens on a port of the loopback and forwards to `target` while it is open."""

    target: tuple[str, int]
    port: int = field(default=0, init=False)
    _listener: socket.socket = field(init=False)
    _open: bool = field(default=True, init=False)
    _cut_after: bytes = field(default=b"", init=False)
    _flowing: threading.Event = field(default_factory=threading.Event, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _sockets: set[socket.socket] = field(default_factory=set, init=False)

    def start(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self._listener.getsockname()[1]
        self._flowing.set()
        threading.Thread(target=self._accept, daemon=True, name="ami-proxy").start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                if not self._open:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(self.target, timeout=5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                with self._lock:
                    self._sockets |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True, name="ami-pump").start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                self._flowing.wait()
                sink.sendall(chunk)
                if self._cut_after and self._cut_after in chunk:
                    self.close()
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            with self._lock:
                self._sockets.discard(end)

    def cut(self) -> None:
        """End every connection; new ones are forwarded again."""
        with self._lock:
            doomed = list(self._sockets)
        for end in doomed:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End every connection and take no new one."""
        self._open, self._cut_after = False, b""
        self.cut()

    def close_after(self, words: bytes) -> None:
        """Close as soon as `words` went through."""
        self._cut_after = words

    def stall(self) -> None:
        """Take connections and bytes and deliver none."""
        self._flowing.clear()

    def reopen(self) -> None:
        """Forward again."""
        self._open, self._cut_after = True, b""
        self._flowing.set()

    def stop(self) -> None:
        """Listen no more."""
        self.close()
        self._flowing.set()
        self._listener.close()
