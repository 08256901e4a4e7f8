"""Operating what is deployed: checking, planning, applying, going back, looking, and taking it away."""
