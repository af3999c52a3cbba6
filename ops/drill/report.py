"""Report of a drill: report.json with raw data, report.html to read."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from math import isinf
from pathlib import Path
from string import Template
from typing import Any

from ops.drill.answers import answer_rows, answers, overload_errors
from ops.drill.figures import CLIENT_BAR, DNS_ALLOWANCE, Arithmetic, Outage, outage
from ops.drill.health_watch import HEALTH_INTERVAL, HEALTH_TIMEOUT
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import Incident, Recording
from ops.drill.timeline import timeline

PAGE = Path(__file__).with_name("report.html")
STOREFRONT_TEXTS = Path(__file__).parents[2] / "web/src/locales/en/front.json"


@dataclass(frozen=True)
class Report:
    """Results of a drill."""

    name: str
    seed: int
    regions: Sequence[str]
    recording: Recording
    reconciliation: Reconciliation
    arithmetic: Arithmetic

    def outages(self, incident: Incident) -> tuple[Outage, Outage]:
        """Outages of clients with failover, and of clients with DNS only."""
        return outage(self.recording, incident, "failover"), outage(self.recording, incident, "dns")

    @property
    def rpo(self) -> float | None:
        """Greatest age of an order that only a lost region held, in seconds; None if none was lost."""
        losses = [incident.loss for incident in self.recording.incidents if incident.loss]
        return max((loss.oldest_seconds for loss in losses), default=None)

    def figures(self) -> dict[str, Any]:
        """Figures for benchmarks: RTO by client and DNS and RPO by failure and region, and the sums of orders."""
        found = self.reconciliation
        by_failure: dict[str, Any] = {}
        for incident in self.recording.incidents:
            client, dns = self.outages(incident)
            seen = answers(self.recording, incident)
            by_failure[f"{incident.failure}, {incident.region}"] = {
                "rto_client_s": _plain(client.longest_wait),
                "rto_dns_s": _plain(dns.last_recovered),
                "client_failed": client.failed,
                "dns_failed": dns.failed,
                "served": seen.served,
                "throttled": seen.throttled,
                "throttled_with_retry_after": seen.timed,
                "attempts_per_request": round(seen.attempts / max(1, seen.served + seen.failed.total()), 2),
                **(
                    {
                        "only_in_region": len(incident.loss.actual),
                        "rpo_s": _plain(incident.loss.oldest_seconds),
                    }
                    if incident.loss
                    else {}
                ),
            }
        return {
            **by_failure,
            "orders": {
                "confirmed": found.confirmed,
                "lost": len(found.lost),
                "doubled": len(found.doubled) + len(found.unexpected),
            },
            "stock": {
                "received": found.stock.received,
                "sold": found.stock.sold,
                "moved": found.stock.moved,
                "oversold": len(found.stock.oversold),
            },
        }

    def missed(self) -> list[str]:
        """Descriptions of all missed limits; empty if the drill passed."""
        wrong = self.reconciliation.errors
        for incident in self.recording.incidents:
            wrong += self._late(incident)
        return wrong

    def _late(self, incident: Incident) -> list[str]:
        client, dns = self.outages(incident)
        where = f"{incident.failure} in {incident.region}"
        if incident.loss and not incident.loss.matches:
            return [f"{where}: reported as gone {incident.loss.reported}, gone are {incident.loss.actual}"]
        late = [] if incident.settled else [f"{where}: requests still failed after healing"]
        if incident.sign_in and not incident.sign_in.error:
            late.append(f"{where}: sign-in succeeded, so the user pool was not lost")
        if incident.sheds_load:
            return [
                *late,
                *(
                    f"{where}: {error}"
                    for error in overload_errors(self.recording, incident, self.arithmetic.threshold)
                ),
            ]
        if incident.is_planned:
            late += self._lingering(where, dns)
        if not incident.moves_traffic or incident.is_planned:
            failed = client.unexcused + dns.unexcused
            spared = f" but {', '.join(incident.dependent_actions)}" if incident.dependent_actions else ""
            return [*late, f"{where}: {failed} requests{spared} failed; none may fail"] if failed else late
        if client.longest_wait is None or dns.last_recovered is None:
            return [*late, f"{where}: no request was affected, so nothing was measured"]
        if client.longest_wait > CLIENT_BAR:
            late.append(
                f"{where}: longest client failover {seconds(client.longest_wait)} s, limit {CLIENT_BAR} s"
            )
        allowed = self.arithmetic.seconds + DNS_ALLOWANCE
        if dns.last_recovered > allowed:
            late.append(f"{where}: DNS failover {seconds(dns.last_recovered)} s, limit {allowed:.0f} s")
        return late

    def _lingering(self, where: str, dns: Outage) -> list[str]:
        """Requests that reached an evacuated region after cached DNS answers had expired."""
        allowed = self.arithmetic.ttl + DNS_ALLOWANCE
        if dns.left is None or dns.left <= allowed:
            return []
        return [f"{where}: last request after {dns.left:.1f} s, limit {allowed:.0f} s"]

    def write(self, folder: Path) -> Path:
        """Write report.json and report.html; returns the page."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(self._data(), indent=1))
        page = folder / "report.html"
        page.write_text(self._page(), encoding="utf-8")
        return page

    def _data(self) -> dict[str, Any]:
        columns = list(self.recording.samples[0].__dataclass_fields__) if self.recording.samples else []
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "name": self.name,
            "seed": self.seed,
            "regions": list(self.regions),
            "dns": {**asdict(self.arithmetic), "seconds": self.arithmetic.seconds},
            "missed": self.missed(),
            "figures": self.figures(),
            "reconciliation": asdict(self.reconciliation),
            "incidents": [
                {**asdict(incident), "outages": [_outage(found) for found in self.outages(incident)]}
                for incident in self.recording.incidents
            ],
            "marks": [asdict(mark) for mark in self.recording.marks],
            "sample_columns": columns,
            "samples": [
                [_plain(getattr(sample, column)) for column in columns] for sample in self.recording.samples
            ],
        }

    def _page(self) -> str:
        found, missed = self.reconciliation, self.missed()
        samples = self.recording.samples
        return Template(PAGE.read_text(encoding="utf-8")).substitute(
            name=escape(self.name),
            when=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
            verdict="Nothing was lost" if not missed else "Not good enough",
            verdict_class="good" if not missed else "bad",
            lost=len(found.lost),
            doubled=len(found.doubled) + len(found.unexpected),
            confirmed=f"{found.confirmed:,}",
            requests=f"{len(samples):,}",
            failed=f"{sum(not sample.ok for sample in samples):,}",
            minutes=f"{max((sample.ended for sample in samples), default=0) / 60:.0f}",
            missed="".join(f"<li>{escape(line)}</li>" for line in missed),
            timeline=timeline(self.recording, self.regions),
            rows=self._rows(),
            answers=answer_rows(self.recording),
            findings="".join(f"<li>{escape(line)}</li>" for line in self._findings()),
            rpo="–" if self.rpo is None else f"{self.rpo:.2f} s",
            total=self._total(),
            stock_books=f"{found.stock.books:,}",
            stock_received=f"{found.stock.received:,}",
            stock_sold=f"{found.stock.sold:,}",
            stock_moved=f"{found.stock.moved:,}",
            stock_oversold=f"{len(found.stock.oversold):,}",
            stock_inconsistent=f"{len(found.stock.inconsistent):,}",
            arithmetic=escape(str(self.arithmetic)),
            allowance=f"{DNS_ALLOWANCE:.0f}",
            client_bar=CLIENT_BAR,
            seed=self.seed,
            **_storefront_texts(),
            health_interval=f"{HEALTH_INTERVAL:.0f}",
            health_timeout=f"{HEALTH_TIMEOUT:.0f}",
        )

    def _findings(self) -> Iterator[str]:
        """Orders that a permanent loss of a region would have lost, and sign-in without the user pool."""
        for incident in self.recording.incidents:
            if loss := incident.loss:
                gone = ", ".join(loss.actual) or "none"
                yield (
                    f"If {incident.region} never came back: {len(loss.actual)} confirmed orders would be gone, the "
                    f"oldest {loss.oldest_seconds:.2f} s old at the loss. Found without the region: "
                    f"{len(loss.reported)}, {'the same orders' if loss.matches else 'not the same'}: {gone}."
                )
            if sign_in := incident.sign_in:
                yield (
                    f"Without the user pool in {incident.region}, sign-in "
                    f"{'fails' if sign_in.error else 'succeeds'}; a token is valid for "
                    f"{sign_in.token_seconds / 60:.0f} min. Signed-in shoppers of that region placed "
                    f"{sign_in.orders} orders meanwhile; their tokens would have expired after "
                    f"{sign_in.expire_in[0] / 60:.0f} to {sign_in.expire_in[1] / 60:.0f} min more."
                )

    def _rows(self) -> str:
        """Rows by incident; consecutive incidents of one failure share its description."""
        rows = []
        for _, group in groupby(self.recording.incidents, key=lambda incident: incident.failure):
            incidents = list(group)
            for place, incident in enumerate(incidents):
                named = (
                    f"<th scope=rowgroup rowspan={len(incidents)}>{escape(incident.failure)}"
                    f"<small>{escape(incident.description)}</small></th>"
                )
                rows.append(f"<tr>{'' if place else named}{''.join(self._cells(incident))}</tr>")
        return "".join(rows)

    def _cells(self, incident: Incident) -> Iterator[str]:
        client, dns = self.outages(incident)
        yield f"<td>{escape(incident.region)}</td>"
        for figure in (
            seconds(client.first_success),
            seconds(client.longest_wait),
            seconds(dns.first_success),
            seconds(dns.left if incident.is_planned else dns.last_recovered),
            self._promise(incident),
            f"{client.failed} of {client.requests}",
            f"{dns.failed} of {dns.requests}",
        ):
            yield f"<td class=n>{figure}</td>"
        loss = incident.loss
        yield f"<td class=n>{len(loss.actual) if loss else ''}</td>"
        yield f"<td class=n>{f'{loss.oldest_seconds:.2f}' if loss else ''}</td>"
        yield "<td colspan=2></td>"

    def _promise(self, incident: Incident) -> str:
        """Bound of DNS as a sum; an evacuation does not wait for health checks."""
        dns = self.arithmetic
        if not incident.moves_traffic:
            return "–"
        if incident.is_planned:
            return f"TTL = {dns.ttl}"
        return f"{dns.interval} &times; {dns.threshold} + {dns.ttl} = {dns.seconds}"

    def _total(self) -> str:
        """Totals. Orders are counted after all regions are healed."""
        found = self.reconciliation
        both = [self.outages(incident) for incident in self.recording.incidents]
        cells = [
            f"{sum(client.failed for client, _ in both)} of {sum(client.requests for client, _ in both)}",
            f"{sum(dns.failed for _, dns in both)} of {sum(dns.requests for _, dns in both)}",
            "",
            f"{self.rpo:.2f}" if self.rpo is not None else "",
            f"{len(found.lost)}",
            f"{len(found.doubled) + len(found.unexpected)}",
        ]
        return (
            "<tr><th scope=row colspan=7>Total; orders are counted at the end, in every region</th>"
            + "".join(f"<td class=n>{cell}</td>" for cell in cells)
            + "</tr>"
        )


def _storefront_texts() -> dict[str, str]:
    """Texts that a shopper reads after a failed request."""
    texts = json.loads(STOREFRONT_TEXTS.read_text(encoding="utf-8"))["problem"]
    return {name: escape("{title}. {text}".format(**texts[name])) for name in ("unreachable", "busy")}


def _outage(found: Outage) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(found).items()}


def seconds(value: float | None) -> str:
    """Format a time of an outage."""
    if value is None:
        return "–"
    return "never" if isinf(value) else f"{value:.1f}"


def _plain(value: Any) -> Any:
    """Convert a figure to JSON, which has no infinity."""
    if not isinstance(value, float):
        return value
    return "never" if isinf(value) else round(value, 3)
