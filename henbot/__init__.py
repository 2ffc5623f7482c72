"""henbot: what happens in the nest boxes, told on Telegram."""
