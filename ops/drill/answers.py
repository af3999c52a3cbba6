"""Counts the answers to shoppers and to health checks during a failure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from ops.drill.recording import Incident, Recording

THROTTLED = "429"


@dataclass(frozen=True)
class Answers:
    """Results of all shoppers' requests during one incident, in every region.

    `failed` counts failed requests by their last answer: a status or the name of an exception. `timed` counts
    refusals with status 429 and `retry-after`. `elsewhere` counts failed requests of shoppers whose own region works.
    `attempts` are requests to an address: a client with failover sends a request to several.
    """

    served: int
    failed: Counter[str]
    timed: int
    elsewhere: Counter[str]
    attempts: int

    @property
    def throttled(self) -> int:
        """Requests that ended with 429."""
        return self.failed[THROTTLED]


def answers(recording: Recording, incident: Incident) -> Answers:
    """Count the requests that ended while the region was broken."""
    meanwhile = [
        sample for sample in recording.samples if incident.broke_at <= sample.ended <= incident.healed_at
    ]
    failed = [sample for sample in meanwhile if not sample.ok]
    return Answers(
        served=sum(sample.ok for sample in meanwhile),
        failed=Counter(sample.outcome for sample in failed),
        timed=sum(sample.outcome == THROTTLED and sample.retry_after is not None for sample in failed),
        elsewhere=Counter(sample.outcome for sample in failed if sample.home != incident.region),
        attempts=sum(sample.failed_attempts + sample.ok for sample in meanwhile),
    )


def overload_errors(recording: Recording, incident: Incident, threshold: int) -> Iterator[str]:
    """Missed limits of an overload: the other regions must stay in service and refuse only with a time.

    A region is out of service after `threshold` failed health checks in a row.
    """
    found = answers(recording, incident)
    if not found.throttled:
        yield "no request was refused, so nothing was measured"
    if found.timed < found.throttled:
        yield f"{found.throttled - found.timed} of {found.throttled} answers 429 have no retry-after"
    others = {status: count for status, count in found.elsewhere.items() if status != THROTTLED}
    if others:
        yield f"requests failed in other ways than 429: {counts(others)}"
    for region, failures in incident.failures_in_a_row.items():
        if region != incident.region and failures >= threshold:
            yield f"{region} failed {failures} health checks in a row: {counts(incident.health[region])}"


def answer_rows(recording: Recording) -> str:
    """Rows of the report: answers by incident."""
    return "".join(f"<tr>{''.join(_cells(recording, incident))}</tr>" for incident in recording.incidents)


def _cells(recording: Recording, incident: Incident) -> Iterator[str]:
    found = answers(recording, incident)
    others = Counter[str]()
    for region, seen in incident.health.items():
        if region != incident.region:
            others.update(seen)
    yield f"<th scope=row>{escape(incident.failure)}</th><td>{escape(incident.region)}</td>"
    for seen in (incident.health.get(incident.region, {}), others):
        yield f"<td>{escape(counts(seen))}</td>"
    yield f"<td class=n>{found.served}</td><td>{escape(counts(found.failed))}</td>"
    yield f"<td class=n>{f'{found.timed} of {found.throttled}' if found.throttled else '–'}</td>"


def counts(seen: Mapping[str, int]) -> str:
    """Format answers and how often each was given, the most frequent first."""
    ordered = sorted(seen.items(), key=lambda entry: (-entry[1], entry[0]))
    return ", ".join(f"{answer} × {count}" for answer, count in ordered) or "–"
