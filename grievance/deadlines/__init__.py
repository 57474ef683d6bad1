"""Deadlines: the clocks of a case, as rows, and the ladders climbed when one is overdue."""
