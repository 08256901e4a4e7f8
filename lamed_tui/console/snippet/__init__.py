"""The snippet builder: a form on the left, the code that it makes on the right."""
