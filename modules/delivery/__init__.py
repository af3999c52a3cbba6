"""A pipeline in the account: what is pushed is tested, built and put before shoppers."""

from modules.delivery.builds import Site
from modules.delivery.pipeline import Delivery
from modules.delivery.source import CodeCommit, GitHub, Source

__all__ = ["CodeCommit", "Delivery", "GitHub", "Site", "Source"]
