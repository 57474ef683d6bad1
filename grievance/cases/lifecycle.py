"""The states that a case can be in, and the groups of them that rules speak of."""

PROMISED = ("remedy_agreed", "remedy_monitored")  # something is owed to the worker, or came
DECIDED = ("accepted", "with_mechanism", "in_dialogue", *PROMISED)  # ours to work on
READ = ("in_review", *DECIDED)  # a person works on it
GOING = ("awaiting_worker", *DECIDED)  # somebody has read it, and it goes on
BEGUN = ("awaiting_worker", *READ)
OPEN = ("received", *BEGUN)
OVER = ("not_accepted", "withdrawn", "closed")
STATES = (*OPEN, *OVER)
ENDING = ("awaiting_worker", "accepted", *PROMISED)  # from here a case is closed
