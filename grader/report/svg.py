"""SVG elements as escaped markup. No `style=` is ever written: the page's policy blocks it, classes do the work."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from grader.visible import visible

Number = float


def element(name: str, *children: str, **attributes: str | Number) -> Markup:
    """`<name …>children</name>`; text and attribute values are made visible and escaped.

    An attribute's underscores become hyphens and a last one is dropped: `class_`, `text_anchor`.
    """
    opening = "".join(f' {_attribute(key)}="{_value(value)}"' for key, value in attributes.items() if value != "")
    return Markup("<{}{}>{}</{}>").format(Markup(name), Markup(opening), joined(children), Markup(name))  # noqa: S704 - values escaped above, names are ours


def joined(parts: Iterable[str]) -> Markup:
    """Markup and text in one piece, the text escaped."""
    return Markup("").join(part if isinstance(part, Markup) else escape(visible(part)) for part in parts)


def drawing(kind: str, width: Number, height: Number, title: str, description: str, *children: str) -> Markup:
    """A whole picture that scales with its box; `title` and `description` are read aloud instead of its parts."""
    return element(
        "svg",
        element("title", title),
        element("desc", description) if description else Markup(""),
        *children,
        class_=kind,
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=title,
    )


def text(content: str, x: Number, y: Number, kind: str, *, anchor: str = "") -> Markup:
    """One line of text; `anchor` is `middle` or `end`."""
    return element("text", content, class_=kind, x=x, y=y, text_anchor=anchor)


def path(commands: str, kind: str) -> Markup:
    """A line or outline."""
    return element("path", class_=kind, d=commands)


def rect(kind: str, x: Number, y: Number, width: Number, height: Number, *, radius: Number = 0) -> Markup:
    """A box."""
    return element("rect", class_=kind, x=x, y=y, width=width, height=height, rx=radius)


def number(value: Number) -> str:
    """At most one decimal, so that equal input gives equal bytes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def clipped(content: str, room: Number, size: Number) -> str:
    """`content` cut to about `room` units at font size `size` (fonts differ: a wide one is assumed)."""
    return shortened(content, int(room / (size * 0.6)))


def shortened(content: str, letters: int) -> str:
    """`content`, or its beginning and an ellipsis, in at most `letters` (and never fewer than three)."""
    fits = max(3, letters)
    return content if len(content) <= fits else content[: fits - 1] + "…"


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _value(value: str | Number) -> str:
    return str(escape(visible(value))) if isinstance(value, str) else number(value)
