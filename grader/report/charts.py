"""The score on its bands, and a bar. No dial and no radar: a ruler says where the bar is and how far away."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from grader.report.svg import drawing, element, path, rect, text

WIDTH, HEIGHT = 620, 96
MARGIN = 10
TOP, THICK = 34, 16
LETTER = 7.6  # width of a letter of a zone's name


def bar(percent: float) -> Markup:
    """A bar of 0 to 100 percent; the number stands beside it, so it is hidden from screen readers."""
    filled = max(0.0, min(100.0, percent))
    return element(
        "svg",
        rect("track", 0, 0, 100, 8, radius=1),
        rect("fill", 0, 0, filled, 8, radius=1),
        class_="bar",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def ruler(percent: float, bands: Mapping[str, float], reach: tuple[float, float] | None = None) -> Markup:
    """`percent` as a point on the bands; `reach` is the range it may still move in."""
    zones = _zones(bands)
    drawn = [part for i, zone in enumerate(zones) for part in _zone(i, *zone)]
    drawn += [_floor(start) for _, start, _ in zones if start > 0]
    if reach is not None and reach[1] > reach[0]:
        drawn += _reach(*reach)
    middle = TOP + THICK / 2
    drawn.append(element("circle", class_="point", cx=_x(percent), cy=middle, r=7))
    label_x = min(max(_x(percent), 30), WIDTH - 30)
    drawn.append(text(f"{percent:g} %", label_x, TOP - 12, "point-label", anchor="middle"))
    described = "; ".join(f"{name}: {start:g} to {end:g}" for name, start, end in zones)
    return drawing("ruler", WIDTH, HEIGHT, _title(percent, reach), described, *drawn)


def _title(percent: float, reach: tuple[float, float] | None) -> str:
    if reach is None or reach[1] <= reach[0]:
        return f"{percent:g} percent"
    return f"{percent:g} percent, may become {reach[0]:g} to {reach[1]:g}"


def _zones(bands: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Name, floor and ceiling of each band, lowest first."""
    floors = sorted((min(max(floor, 0.0), 100.0), name) for name, floor in bands.items())
    named = [("below the bar", 0.0), *((name, floor) for floor, name in floors)]
    ceilings = [*(floor for floor, _ in floors), 100.0]
    return [(name, floor, end) for (name, floor), end in zip(named, ceilings, strict=True) if end > floor]


def _zone(index: int, name: str, start: float, end: float) -> list[Markup]:
    width = _x(end) - _x(start) - 2
    box = rect(f"zone zone{min(index, 3)}", _x(start), TOP, width, THICK, radius=3)
    if len(name) * LETTER > width:
        return [box]
    return [box, text(name, (_x(start) + _x(end)) / 2, TOP + 34, "zone-label", anchor="middle")]


def _floor(value: float) -> Markup:
    x = _x(value) - 1
    line = path(f"M{x:.1f} {TOP - 2}v42", "tick")
    return line + text(f"{value:g}", x, TOP + 54, "tick-label", anchor="middle")


def _reach(low: float, high: float) -> list[Markup]:
    middle = TOP + THICK / 2
    return [
        path(f"M{_x(low):.1f} {middle}H{_x(high):.1f}", "reach"),
        path(f"M{_x(low):.1f} {middle - 6}v12M{_x(high):.1f} {middle - 6}v12", "reach-end"),
    ]


def _x(percent: float) -> float:
    return MARGIN + max(0.0, min(100.0, percent)) / 100 * (WIDTH - 2 * MARGIN)
