"""A clamd that answers what a test wants: only INSTREAM, over a UNIX socket or
a port of 127.0.0.1. What it received is in .streams."""

import pathlib
import socket
import struct
import threading


class FakeClamd:
    """answer: bytes to send (its NUL included), or a function that is given the
    connection once the message is there. early: answer and hang up without
    reading more than the command. limit: StreamMaxLength."""

    def __init__(self, address, answer=b"stream: OK\0", early=False,
                 limit=None):
        self.answer, self.early, self.limit = answer, early, limit
        self.streams, self.faults, self.connections = [], [], 0
        if isinstance(address, (str, pathlib.Path)):
            pathlib.Path(address).unlink(missing_ok=True)
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(str(address))
            pathlib.Path(address).chmod(0o666)
        else:
            self.socket = socket.socket()
            self.socket.bind(address)
        self.socket.listen(16)
        self.address = self.socket.getsockname()
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        self.stopping = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def serve(self):
        while not self.stopping:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                try:
                    self.exchange(connection)
                except (OSError, EOFError) as error:
                    self.faults.append(repr(error))

    @staticmethod
    def take(connection, size):
        data = b""
        while len(data) < size:
            more = connection.recv(size - len(data))
            if not more:
                raise EOFError("%d of %d bytes" % (len(data), size))
            data += more
        return data

    def exchange(self, connection):
        command = self.take(connection, 10)
        if command != b"zINSTREAM\0":
            self.faults.append("command %r" % command)
            return
        if not self.early:
            stream = b""
            while True:
                size, = struct.unpack(">I", self.take(connection, 4))
                if size == 0:
                    break
                stream += self.take(connection, size)
                if self.limit is not None and len(stream) > self.limit:
                    connection.sendall(
                        b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.streams.append(stream)
        if callable(self.answer):
            self.answer(connection)
        else:
            connection.sendall(self.answer)
