"""`./run server`: a private Dovecot with the plugin, for other programs.

Prints imap_port= lmtp_port= pop3_port= dir= config= database=, one a line,
then `ready`, and runs until its standard input closes or SIGTERM arrives.
"""

import argparse
import os
import pathlib
import select
import signal
import sys
import tempfile
import shutil

import instance


def port(text):
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("port %d is not in 0..65535" % value)
    return value


def main():
    parser = argparse.ArgumentParser(prog="./run server",
                                     description=__doc__.split("\n\n")[0])
    parser.add_argument("--default", default="2.3", help=argparse.SUPPRESS)
    parser.add_argument("--dovecot", choices=["2.3", "2.4"])
    parser.add_argument("--dir", help="keep everything here "
                        "(default: a temporary directory, removed at the end)")
    parser.add_argument("--imap-port", type=port, default=0)
    parser.add_argument("--lmtp-port", type=port, default=0)
    parser.add_argument("--pop3-port", type=port, default=0)
    parser.add_argument("--storage", choices=["maildir", "sdbox", "mdbox"],
                        default="maildir")
    parser.add_argument("--without-warden", action="store_true")
    args = parser.parse_args()

    directory = args.dir or tempfile.mkdtemp(prefix="warden-server-")
    server = instance.Instance(
        args.dovecot or args.default, args.storage,
        warden=not args.without_warden, directory=directory,
        imap_port=args.imap_port, lmtp_port=args.lmtp_port,
        pop3_port=args.pop3_port)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: None)
    try:
        server.start()
        print("imap_port=%d\nlmtp_port=%d\npop3_port=%d\ndir=%s\nconfig=%s\n"
              "database=%s\nready"
              % (server.imap_port, server.lmtp_port, server.pop3_port,
                 server.dir, server.config, server.database), flush=True)
        while True:
            readable, _, _ = select.select([0, wake_read], [], [], 1)
            if wake_read in readable:
                break
            if 0 in readable and not os.read(0, 65536):
                break
            if server.process.poll() is not None:
                print("server: Dovecot ended by itself:\n" + server.log(),
                      file=sys.stderr)
                return 1
    except RuntimeError as error:
        print("server: %s" % error, file=sys.stderr)
        return 1
    finally:
        server.stop()
        if not args.dir:
            shutil.rmtree(pathlib.Path(directory), ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
