"""Run a program on a pseudo-terminal: COLUMNS ROWS PROGRAM ARGS...

What the program prints comes out here; what comes in here is what it reads. A
message of `\\0COLUMNSxROWS\\n` changes the size of the terminal.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios


def resize(terminal: int, columns: int, rows: int) -> None:
    size = struct.pack("HHHH", rows, columns, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)


columns, rows = int(sys.argv[1]), int(sys.argv[2])
child, terminal = pty.fork()
if child == 0:
    resize(0, columns, rows)
    os.execvp(sys.argv[3], sys.argv[3:])
resize(terminal, columns, rows)

sources = [0, terminal]
while terminal in sources:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sources.remove(0)
        change = re.fullmatch(rb"\0(\d+)x(\d+)\n", data)
        if change:
            resize(terminal, int(change[1]), int(change[2]))
        elif data:
            os.write(terminal, data)
    if terminal in ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the program has ended
            data = b""
        if not data:
            sources.remove(terminal)
        else:
            os.write(1, data)

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
