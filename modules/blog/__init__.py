"""WordPress in a region: tasks behind a load balancer, a bucket for media, a member of a global database."""

from modules.blog.blog import Blog, BlogHosts, BlogOptions
from modules.blog.database import Capacity, GlobalDatabase
from modules.blog.database_secret import DatabaseSecret
from modules.blog.image import Image
from modules.blog.routing import BlogEndpoint, BlogRouting, BlogRoutingOptions

__all__ = [
    "Blog",
    "BlogEndpoint",
    "BlogHosts",
    "BlogOptions",
    "BlogRouting",
    "BlogRoutingOptions",
    "Capacity",
    "DatabaseSecret",
    "GlobalDatabase",
    "Image",
]
