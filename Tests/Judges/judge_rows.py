"""Shows what a terminal shows in the end, by a terminal emulator that is not ours.

Standard input is what was written to the terminal; the arguments are its columns and rows. Writes each row of the last
screen as a line, without spaces at its end.
"""

import sys

import pyte


def main():
    screen = pyte.Screen(int(sys.argv[1]), int(sys.argv[2]))
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed(sys.stdin.buffer.read().decode())
    for row in screen.display:
        print(row.rstrip())


main()
