"""The next version of the site: an appointment has a room, which this version knows nothing of."""
