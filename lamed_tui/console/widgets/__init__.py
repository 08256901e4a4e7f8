"""Parts that every screen of the console shares."""
