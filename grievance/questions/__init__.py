"""The intake questions as data, the path through them, and answers turned into a complaint.

`data/` holds the sentences, `bank` reads and checks them and knows which page comes next, `drafts`
keeps the answers sealed until they are filed, `complaint` is what a filing hands to the cases.
"""
