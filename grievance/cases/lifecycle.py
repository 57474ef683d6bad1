"""The states that a case can be in, the groups of them that rules speak of, and what a worker says
at its end."""

PROMISED = ("remedy_agreed", "remedy_monitored")  # something is owed to the worker, or came
DECIDED = ("accepted", "with_mechanism", "in_dialogue", *PROMISED)  # ours to work on
READ = ("in_review", *DECIDED)  # a person works on it
GOING = ("awaiting_worker", *DECIDED)  # somebody has read it, and it goes on
BEGUN = ("awaiting_worker", *READ)
OPEN = ("received", *BEGUN)
OVER = ("not_accepted", "withdrawn", "closed")
STATES = (*OPEN, *OVER)
ENDING = ("awaiting_worker", "accepted", *PROMISED)  # from here a case is closed
VOICES = ("arrival", "sign_off", "check_in")  # what a worker says of the remedy and the end
SAFE = ("yes", "unsure", "no")  # whether a worker is, after the end
STAYED = ("all", "part", "no")  # how much of the remedy is there then
