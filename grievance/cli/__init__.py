"""Commands at the terminal: `flask up`, `routing`, `directory`, `outbox`, `audit` and the rest."""
