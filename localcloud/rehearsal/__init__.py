"""`make rehearse`: runs the commands of docs/walkthrough, as printed, against the emulator instead of AWS."""
