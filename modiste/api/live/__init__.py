"""The release that answers: loaded, followed with what the shop changes, and exchanged."""
