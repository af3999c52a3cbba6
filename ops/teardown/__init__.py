"""What has to happen around `terraform destroy`: protections dropped and buckets emptied before, leftovers after."""
