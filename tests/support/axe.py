"""axe-core on the page as it stands: WCAG 2.2, levels A and AA."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path("web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RUN = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations', 'incomplete']})"
# What axe cannot judge and web/src/components/cover/cover.test.tsx does, or what stands on a drawing or a gradient
# whose every colour contrasts: covers, the hero's words over its globe, the demonstration card.
JUDGED_ELSEWHERE = (".cover", ".hero", "card-", "cover-", "tspan")
# Words over a picture or a gradient. Those that are only scrolled out of sight have colours that are judged elsewhere.
UNKNOWN_GROUND = {"bgImage", "bgGradient", "imgNode"}


def _told(results: list[dict[str, Any]]) -> list[str]:
    return [f"{rule['id']}: {node['html'][:160]}" for rule in results for node in rule["nodes"]]


def check(page: Page) -> list[str]:
    """Violations, and contrasts that axe leaves open where nothing else judges them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found = page.evaluate(RUN, RULES)
    unsure = [
        f"contrast unknown: {node['html'][:160]}"
        for rule in found["incomplete"]
        if rule["id"] == "color-contrast"
        for node in rule["nodes"]
        if not any(part in f"{node['target']}{node['html']}" for part in JUDGED_ELSEWHERE)
        and any((reason.get("data") or {}).get("messageKey") in UNKNOWN_GROUND for reason in node["any"])
    ]
    return _told(found["violations"]) + unsure
