"""What henbot remembers: typed tables, the engine, units of work, queries."""
