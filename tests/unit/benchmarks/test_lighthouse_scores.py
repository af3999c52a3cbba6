from benchmarks.lighthouse_scores import Medians, missed

MET: Medians = {
    "performance": 97,
    "accessibility": 100,
    "best-practices": 100,
    "seo": 100,
    "lcp_ms": 1799.5,
    "fcp_ms": 1500,
    "tbt_ms": 90,
    "cls": 0,
}


def test_met_bars_are_not_missed() -> None:
    assert missed(MET) == []


def test_missed_bars_name_the_measurement() -> None:
    assert missed({**MET, "performance": 96, "cls": 0.02}) == [
        "performance 96, at least 97",
        "cls 0.02, below 0.02",
    ]
