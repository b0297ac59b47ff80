#!/usr/bin/env python3
"""Draws the coloured dots of the tray's menu on Linux as tray/dot-*-16.png, like src-tauri/src/tray_dot.rs."""

import math
import struct
import zlib
from pathlib import Path

SIDE = 16
RADIUS = 5.0
TONES = {
    "red": (0xE0, 0x58, 0x4F),
    "orange": (0xDB, 0x84, 0x2A),
    "green": (0x4C, 0xA6, 0x54),
    "blue": (0x4A, 0x8B, 0xDF),
    "purple": (0xA0, 0x68, 0xD3),
    "grey": (0x8B, 0x93, 0xA1),
}


def rows(tone):
    """Yields the rows of a dot, each with PNG's filter byte."""
    middle = (SIDE - 1) / 2
    for y in range(SIDE):
        yield b"\0"
        for x in range(SIDE):
            inside = RADIUS + 0.5 - math.hypot(x - middle, y - middle)
            yield bytes((*tone, int(min(max(inside, 0.0), 1.0) * 255)))


def chunk(kind, data):
    """Returns a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    """Writes all dots."""
    for name, tone in TONES.items():
        header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
        data = zlib.compress(b"".join(rows(tone)), 9)
        png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
        (Path(__file__).parent / f"tray/dot-{name}-16.png").write_bytes(png)


if __name__ == "__main__":
    main()
