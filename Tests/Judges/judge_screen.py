"""Turns what a program wrote to a terminal into a picture, by a terminal emulator that is not ours.

Standard input is what was written; the argument is the width of the terminal in characters. Writes a portable graymap
(PGM) to standard output: a character is 6 pixels wide and 12 high, as in a font without gaps.
"""

import sys

import pyte

WIDTH = 6
HALVES = {" ": (0, 0), "\u2580": (1, 0), "\u2584": (0, 1), "\u2588": (1, 1)}


def shade(colour, default):
    if colour == "default":
        return default
    red, green, blue = bytes.fromhex(colour)
    return (red + green + blue) // 3


def main():
    columns = int(sys.argv[1])
    written = sys.stdin.buffer.read().decode()
    lines = written.count("\n") + 1
    screen = pyte.Screen(columns, lines)
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed(written)
    rows = []
    for line in range(lines):
        halves = ([], [])
        for column in range(columns):
            cell = screen.buffer[line][column]
            # A dark theme: light letters on black, wherever no colour is asked for.
            ink, paper = shade(cell.fg, 220), shade(cell.bg, 0)
            for half, painted in zip(halves, HALVES.get(cell.data, (0, 0))):
                half.extend([ink if painted else paper] * WIDTH)
        for half in halves:
            rows.extend([bytes(half)] * WIDTH)
    sys.stdout.buffer.write(b"P5 %d %d 255\n" % (columns * WIDTH, len(rows)) + b"".join(rows))


main()
