"""SVG on standard input → PNG on standard output; the first argument is the folder of fonts, the second the scale.

A program of its own: resvg draws for a tenth of a second without letting another thread of its process run, and the
process that answers Slack must not stand still for that long.
"""

from __future__ import annotations

import sys

import resvg_py


def main(arguments: list[str]) -> int:
    """Draw one picture. Exit status 1 where the input is no SVG."""
    fonts, scale = arguments
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=sys.stdin.buffer.read().decode(),
            zoom=float(scale),
            skip_system_fonts=True,
            font_dirs=[fonts],
            font_family="DejaVu Sans",
        )
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(png)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
