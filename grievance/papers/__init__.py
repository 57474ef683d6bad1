"""What a body reads and says, through either of its doors: over a reply link, or on its desk here.

`reading` is what stands on the page, `forms` what can be said, `answering` does it. The surfaces
bring the door: who came in, and with which key.
"""
