"""Everything that can be known to go wrong before a deployment, each check on its own and within a time limit."""
