"""The settings: one pydantic model, and the `config.json` files it is read from."""
