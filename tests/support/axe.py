"""axe-core, WCAG 2.2 levels A and AA."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path("web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RUN = """async rules => {
  const options = {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations', 'incomplete']};
  const {violations, incomplete} = await axe.run(document, options);
  return {violations, incomplete};
}"""
"""Returns what `check` reads: Playwright copies each object that a script returns, and most are about passed rules."""
# Text on covers (contrast is tested in web/src/components/cover/cover.test.tsx), on the globe of the home page and on
# the demonstration card, whose colors all contrast.
TESTED_ELSEWHERE = (".cover", ".hero", "card-", "cover-", "tspan")
# Text over an image or a gradient. Text that is scrolled out of view has other reasons.
UNKNOWN_BACKGROUND = {"bgImage", "bgGradient", "imgNode"}


def _described(results: list[dict[str, Any]]) -> list[str]:
    return [f"{rule['id']}: {node['html'][:160]}" for rule in results for node in rule["nodes"]]


def check(page: Page) -> list[str]:
    """Violations, and contrasts that axe cannot compute and no other test covers."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found = page.evaluate(RUN, RULES)
    unsure = [
        f"contrast unknown: {node['html'][:160]}"
        for rule in found["incomplete"]
        if rule["id"] == "color-contrast"
        for node in rule["nodes"]
        if not any(part in f"{node['target']}{node['html']}" for part in TESTED_ELSEWHERE)
        and any((reason.get("data") or {}).get("messageKey") in UNKNOWN_BACKGROUND for reason in node["any"])
    ]
    return _described(found["violations"]) + unsure
