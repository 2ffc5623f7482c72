"""Pictures of statistics, drawn in a process of their own: `python -m henbot.charts FOLDER`.

Everything that imports NumPy and matplotlib (the extra `charts`) is in here; the bot starts it as a process.
"""
