"""The real client in a real browser: npm's AlephBet in Debian's Chromium, against the embedded stack."""
