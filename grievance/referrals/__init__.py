"""Referrals: what is handed over to whom, with whose consent, and what came back.

1. `drafting.draft` turns answers into a document: only the parts that were ticked, in the form
   (name, pseudonym, no identity) that was chosen, by the template of the door.
2. `operations.sealing` keeps it under a key of its own and freezes it: from then on its digest
   names it. A changed packet is a new one.
3. `operations.steps` walks a referral from proposal over consent and delivery to the answer;
   nothing moves past consent without a yes to exactly that packet, recipient, purpose and end.
4. `operations.recalling` ends everything of one recipient in one act.

The room knows a `case_id` and plain values, never the state of a case.
"""
