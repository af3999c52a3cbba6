"""Draws the timeline of a drill: failures and latency of requests, by region."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from statistics import median

from ops.drill.recording import Incident, Mark, Population, Recording, Sample

WIDTH, LEFT, RIGHT = 1200, 150, 40
TOP, ROW, GAP = 96, 54, 10
SLOWEST = 4.0
"""Latency at the top of a lane; slower requests are drawn there."""
MAX_COLUMNS = 500
WIDEST_HOLE = 10
"""Gap in columns across which the latency line is still drawn."""
COLORS = {
    "break": "#c0392b",
    "detected": "#b9770e",
    "switched": "#1f618d",
    "heal": "#1e8449",
    "restored": "#6c3483",
}
NAMES: dict[Population, str] = {"failover": "client failover", "dns": "DNS only"}


def timeline(recording: Recording, regions: Sequence[str]) -> str:
    """SVG with a lane per region and population: columns show failures, a line the latency."""
    end = max((sample.ended for sample in recording.samples), default=1.0)
    lanes: dict[tuple[str, Population], list[Sample]] = {
        (region, population): [] for region in regions for population in NAMES
    }
    for sample in recording.samples:
        lanes[sample.home, sample.population].append(sample)
    height = TOP + len(lanes) * (ROW + GAP) + 40
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Requests over time, by region">',
        *_axis(end, height),
    ]
    for index, ((region, population), samples) in enumerate(lanes.items()):
        top = TOP + index * (ROW + GAP)
        parts += [
            f'<text x="0" y="{top + 22}" class="region">{escape(region)}</text>',
            f'<text x="0" y="{top + 39}" class="population">{NAMES[population]}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{ROW}" class="lane"/>',
            *_broken(recording.incidents, region, top, end),
            *_lane(samples, top, end),
        ]
    parts += _marks(recording.marks, end, height - 40)
    return "".join([*parts, "</svg>"])


def _broken(incidents: Iterable[Incident], region: str, top: float, end: float) -> Iterable[str]:
    for incident in incidents:
        if incident.region == region:
            left, right = _x(incident.broke_at, end), _x(incident.healed_at, end)
            yield (
                f'<rect x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{ROW}" class="broken">'
                f"<title>{escape(f'{incident.id}. {incident.failure} in {region}')}</title></rect>"
            )


def _lane(samples: Sequence[Sample], top: float, end: float) -> Iterable[str]:
    step = max(1.0, end / MAX_COLUMNS)
    columns: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        columns[int(sample.ended / step)].append(sample)
    width = max(1.0, _x(step, end) - _x(0, end))
    for column, found in sorted(columns.items()):
        share = sum(not sample.ok for sample in found) / len(found)
        x = _x(column * step, end)
        if share:
            yield (
                f'<rect x="{x:.1f}" y="{top + ROW * (1 - share):.1f}" width="{width:.1f}" '
                f'height="{ROW * share:.1f}" class="failed"><title>{column * step:.0f} s: '
                f"{share:.0%} of {len(found)} failed</title></rect>"
            )
        elif any(sample.failed_attempts for sample in found):
            yield f'<rect x="{x:.1f}" y="{top + ROW - 4}" width="{width:.1f}" height="4" class="moved"/>'
    for line in _latency(columns):
        points = " ".join(
            f"{_x((column + 0.5) * step, end):.1f},{top + ROW * (1 - min(seconds, SLOWEST) / SLOWEST):.1f}"
            for column, seconds in line
        )
        yield f'<polyline points="{points}" class="latency"/>'


def _latency(columns: Mapping[int, Sequence[Sample]]) -> Iterable[list[tuple[int, float]]]:
    """Median latency of successful requests by column, in continuous stretches."""
    stretch: list[tuple[int, float]] = []
    for column, found in sorted(columns.items()):
        times = [sample.seconds for sample in found if sample.ok]
        if not times:
            continue
        if stretch and column - stretch[-1][0] > WIDEST_HOLE:
            yield stretch
            stretch = []
        stretch.append((column, median(times)))
    yield stretch


def _marks(marks: Sequence[Mark], end: float, bottom: float) -> Iterable[str]:
    for mark in marks:
        x, y, color = _x(mark.at, end), TOP - 18, COLORS[mark.kind]
        text = f"{mark.at:.1f} s: {mark.kind}, {mark.text}"
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 12}" y2="{bottom:.0f}" '
        yield f'stroke="{color}" class="mark">'
        yield f"<title>{escape(text)}</title></line>"
        if mark.kind == "break":
            turned = f'transform="rotate(-24 {x:.1f} {y})"'
            label = escape(f"{mark.incident}. {mark.text}")
            yield f'<text x="{x:.1f}" y="{y}" class="incident" {turned}>{label}</text>'


def _axis(end: float, height: float) -> Iterable[str]:
    step = next(step for step in (10, 30, 60, 120, 300, 600) if end / step <= 15 or step == 600)
    for second in range(0, int(end) + 1, step):
        x = _x(second, end)
        label = f"{second // 60}:{second % 60:02d}"
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - 40}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{height - 22}" text-anchor="middle" class="tick">{label}</text>'


def _x(at: float, end: float) -> float:
    return LEFT + at / end * (WIDTH - LEFT - RIGHT)
