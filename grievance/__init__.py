"""Grievance: one place to find, file and follow a grievance about work. `app` puts it together."""
