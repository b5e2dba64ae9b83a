"""Starts `python -m llmspell_server` by having the fork server make the process: a stand-alone script.

It is what a test starts in the server's place: it hands over its arguments, folder, environment and
standard streams, and lives as long as the server does. Needs the variable `FORK_SERVER`.
"""

import array
import json
import os
import socket
import sys


def main() -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["FORK_SERVER"])
        order = {
            "arguments": sys.argv[1:],
            "folder": os.path.realpath("."),
            "environ": dict(os.environ),
        }
        streams = array.array("i", [0, 1, 2])
        text = json.dumps(order).encode()
        connection.sendmsg(
            [len(text).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)]
        )
        connection.sendall(text)
        for stream in streams:
            os.close(stream)  # only the server holds them now, so that its end can be seen
        code = connection.recv(4)
    return int.from_bytes(code, "big")


if __name__ == "__main__":
    os._exit(main())
