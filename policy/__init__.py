"""What must hold of the Terraform and of the workflows, checked by tools that live apart from the shop."""
