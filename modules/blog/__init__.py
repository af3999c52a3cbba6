"""WordPress in a region: containers behind a load balancer, a bucket for media, a copy of the database."""

from modules.blog.blog import Blog, BlogHosts, BlogOptions
from modules.blog.routing import BlogEndpoint, BlogRouting

__all__ = ["Blog", "BlogEndpoint", "BlogHosts", "BlogOptions", "BlogRouting"]
