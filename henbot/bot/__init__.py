"""The bot: tells the channel, answers people; it knows no pixels."""
