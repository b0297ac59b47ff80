#!/usr/bin/env python3
"""Draws the pictures of the tray. Needs rsvg-convert."""

import math
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "tray"
EIGHTHS = range(1, 9)
# The pictures of Linux and Windows show on every panel: they are light on a dark disc.
DARK = "#12151a"
PRODUCTION = "#c8102e"
COLOURS = {"idle": "#dfe3e9", "active": "#6fe8d8", "expiring": "#ffc14f", "problem": "#ff9a90"}
TRACK = "#8d95a3"
SIZES = {"any": 48, "template": 44}
BIT = "M8 4.7a1.95 1.95 0 0 1 .95 3.6l.5 2.4a.4.4 0 0 1-.4.5h-2.1a.4.4 0 0 1-.4-.5l.5-2.4A1.95 1.95 0 0 1 8 4.7Z"
RADIUS = 6.1


def arc(eighths, width, colour):
    """Returns the part of the ring that is left, from the top on clockwise."""
    if eighths == 8:
        return f'<circle cx="8" cy="8" r="{RADIUS}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    angle = eighths * math.pi / 4
    x, y = 8 + RADIUS * math.sin(angle), 8 - RADIUS * math.cos(angle)
    large = int(eighths > 4)
    return (
        f'<path d="M8 {8 - RADIUS}A{RADIUS} {RADIUS} 0 {large} 1 {x:.3f} {y:.3f}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )


def ring(width, colour, opacity=1):
    """Returns a whole ring."""
    return (
        f'<circle cx="8" cy="8" r="{RADIUS}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"/>'
    )


def sign(colour):
    """Returns an exclamation mark."""
    return f'<path d="M8 4.6v3.8M8 11.1v.01" stroke="{colour}" stroke-width="2" stroke-linecap="round"/>'


def coloured(state, eighths=0, production=False):
    """Returns the body of a picture on a dark disc."""
    colour = COLOURS[state]
    body = f'<circle cx="8" cy="8" r="8" fill="{DARK}"/>'
    if state == "problem":
        return body + ring(1.9, colour) + sign(colour)
    body += ring(0.7 if state != "idle" else 1.3, TRACK if state != "idle" else colour)
    if eighths:
        body += arc(eighths, 2.1, colour)
    if production:
        body += f'<circle cx="8" cy="8" r="4.4" fill="{PRODUCTION}"/>'
        return body + f'<path d="{BIT}" fill="#fff" stroke="#fff" stroke-width=".3"/>'
    return body + f'<path d="{BIT}" fill="{colour}"/>'


def template(state, eighths=0, production=False):
    """Returns the body of a picture that macOS paints itself: it reads the alpha channel alone."""
    if state == "problem":
        return ring(2, "#000") + sign("#000")
    body = ring(1.2, "#000", 0.45 if eighths else 0.8)
    if eighths:
        # The pictures have no colours that tell them apart.
        body += arc(eighths, 3.2 if state == "expiring" else 2.2, "#000")
    if not production:
        return body + f'<path d="{BIT}" fill="#000"/>'
    hole = f'<mask id="m"><rect width="16" height="16" fill="#fff"/><path d="{BIT}" fill="#000"/></mask>'
    return body + hole + '<circle cx="8" cy="8" r="4.3" mask="url(#m)"/>'


def write(name, panel, body):
    """Writes one picture."""
    size = str(SIZES[panel])
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{body}</svg>'
    command = ["rsvg-convert", "--width", size, "--height", size, "--output", FOLDER / f"{name}-{panel}.png"]
    subprocess.run(command, input=picture, text=True, check=True)


def main():
    """Writes all pictures."""
    for panel, draw in (("any", coloured), ("template", template)):
        for state in ("idle", "problem"):
            write(state, panel, draw(state))
        for state in ("active", "expiring"):
            for eighths in EIGHTHS:
                write(f"{state}-{eighths}", panel, draw(state, eighths))
                write(f"{state}-{eighths}-production", panel, draw(state, eighths, production=True))


main()
