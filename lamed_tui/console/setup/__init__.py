"""The wizard: Redis, AWS, endpoints and review, one step a service."""
