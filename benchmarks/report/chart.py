# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A chart as SVG, drawn without any library."""

from xml.sax.saxutils import escape

from results import FLOOR, LLVM_MANAGERS
from tables import number

WIDTH, PANEL_GAP, TITLE, BAR, GAP = 380, 40, 30, 18, 6
LABELS, NUMBERS = 110, 60
OURS, LLVMS, FLOORS = "#2a78b5", "#9aa5ad", "#d9822b"


def _colour(manager):
    if manager == FLOOR:
        return FLOORS
    stock = any(manager in managers for managers in LLVM_MANAGERS.values())
    return LLVMS if stock else OURS


def _panel(title, bars, x, y):
    """Horizontal bars; returns the elements and the panel's height."""
    out = [f'<text x="{x}" y="{y + 16}" class="title">{escape(title)}</text>']
    largest = max((value for _, value in bars), default=0) or 1
    room = WIDTH - LABELS - NUMBERS
    top = y + TITLE
    for label, value in bars:
        length = max(room * value / largest, 1)
        middle = top + BAR - 5
        start = x + LABELS
        out.append(
            f'<text x="{start - 6}" y="{middle}" text-anchor="end">'
            f"{escape(label)}</text>"
            f'<rect x="{start}" y="{top}" width="{length:.1f}" '
            f'height="{BAR}" fill="{_colour(label)}"/>'
            f'<text x="{start + length + 5:.1f}" y="{middle}">'
            f"{number(value)}</text>"
        )
        top += BAR + GAP
    return out, top - y


def chart(results):
    panels = []
    for linker in LLVM_MANAGERS:
        for title, prefix, count, counter in (
            ("µs per object", linker, "2000", "us_per_object"),
            ("ns per call, 1,000 functions", f"Run/{linker}", "1000", "ns_per_call"),
            ("resident KiB per object", linker, "2000", "rss_kib_per_object"),
            ("VMAs per object", linker, "2000", "vmas_per_object"),
        ):
            bars = []
            for manager in results.managers(prefix + "/"):
                value = results.median(f"{prefix}/{manager}/{count}", counter)
                if value is not None:
                    bars.append((manager, max(value, 0)))
            if bars:
                panels.append((linker, f"{linker}: {title}", bars))

    # One column for each linker.
    body, height = [], 0
    for column, linker in enumerate(LLVM_MANAGERS):
        x, y = 20 + column * (WIDTH + PANEL_GAP), 10
        for panel_linker, title, bars in panels:
            if panel_linker != linker:
                continue
            elements, used = _panel(title, bars, x, y)
            body += elements
            y += used + 16
        height = max(height, y)
    width = 2 * WIDTH + PANEL_GAP + 40
    style = (
        "text{font:12px sans-serif;fill:#222}.title{font-weight:bold;font-size:14px}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}">',
            f"<style>{style}</style>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *body,
            "</svg>",
            "",
        ]
    )
