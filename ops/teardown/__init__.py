"""Work around `terraform destroy`: protections and bucket contents before it, leftovers after it."""
