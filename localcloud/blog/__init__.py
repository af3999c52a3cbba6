"""The blog on one machine: the image's WordPress code under PHP, over MariaDB servers that replicate.

`up` uses `service.Blog`. `wordpress` fetches the code, `mariadb` runs and promotes databases, `aurora` implements
write forwarding and the moves of the writer.
"""
