"""Deadlines: the clocks of a case, as rows. Now two service clocks: acknowledge and danger."""
