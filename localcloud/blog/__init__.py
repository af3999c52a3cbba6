"""The blog on one machine: the image's WordPress code under PHP, over MariaDB servers that replicate.

`service.Blog` is what `up` uses. The rest is one capability a file: `wordpress` fetches and lays out the code,
`mariadb` runs and promotes databases, `aurora` plays what AWS does around them.
"""
