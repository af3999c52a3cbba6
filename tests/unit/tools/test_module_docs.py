import ast
import re
from pathlib import Path

import pytest

from tools.module_docs import PAGES, modules, pages


def test_every_page_says_what_the_code_says() -> None:
    wanted = pages()
    stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    assert not stale, "run: python -m tools.module_docs"
    assert set(PAGES.glob("*.md")) <= wanted.keys(), "pages of modules that are gone"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_examples_are_python_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        ast.parse(example)
    for link in re.findall(r"\]\(([\w.]+\.md)\)", text):
        assert (page.parent / link).exists()


def test_every_module_says_what_it_is_for() -> None:
    for module in modules():
        assert module.purpose, module.name
        for part in module.parts:
            assert part.purpose, f"{module.name}.{part.name}"


def test_a_construct_lists_its_inputs_outputs_and_resources() -> None:
    (queue,) = [module for module in modules() if module.name == "alarm_topic"]
    (part,) = queue.parts
    assert [each.name for each in part.inputs] == ["name", "emails", "provider"]
    assert [each.name for each in part.outputs] == ["arn"]
    assert queue.resources == ("aws_sns_topic", "aws_sns_topic_subscription")
    assert queue.needs == ("support",)
