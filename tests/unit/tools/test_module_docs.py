import importlib
import re
from pathlib import Path

import pytest

from tests.support.synthesis import construct, web_dist
from tools.module_docs import EXAMPLES, PAGES, modules, pages, undescribed


def test_pages_match_the_code() -> None:
    wanted = pages(modules())
    stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    assert not stale, "run: python -m tools.module_docs"
    assert set(PAGES.glob("*.md")) <= wanted.keys(), "pages of modules that no longer exist"


def test_inputs_and_outputs_are_described() -> None:
    assert undescribed(modules()) == []


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_page_has_content_and_valid_links(page: Path) -> None:
    text = page.read_text()
    assert len(text.splitlines()) > 20
    for link in re.findall(r"\]\(([\w.]+\.md)\)", text):
        assert (page.parent / link).exists()


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_example_synthesizes(name: str) -> None:
    module = importlib.import_module(f"docs.modules.examples.{name}")
    arguments = {"dist": web_dist()} if name == "storefront" else {}
    stack = construct(lambda stack: module.example(stack, **arguments))
    assert stack.resources()


def test_module_lists_inputs_outputs_and_resources() -> None:
    (topic,) = [module for module in modules() if module.name == "alarm_topic"]
    (part,) = topic.parts
    assert [each.name for each in part.inputs] == ["name", "emails", "provider"]
    assert [each.name for each in part.outputs] == ["arn"]
    assert topic.resources == ("aws_sns_topic", "aws_sns_topic_subscription")
    assert topic.needs == ("support",)
