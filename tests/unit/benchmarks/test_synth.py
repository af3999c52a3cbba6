from benchmarks.synth import region_lists
from stacks.settings import Settings
from tests.support.synthesis import EVERYTHING, ON_AWS


def test_lists_of_regions_have_all_features() -> None:
    for number, regions in region_lists(ON_AWS["regions"]).items():
        assert len(Settings(**{**ON_AWS, **EVERYTHING, "regions": regions}).regions) == number
