"""Files: what a person sends is taken apart and made anew, without what it tells besides.

1. `formats` knows a file by its first bytes, never by its name.
2. `cleaning` bounds the work and starts one child for each file, which is walled in.
3. `cleaner` is that child: it hands the bytes to the module of the format, writes what is kept.
4. `pictures`, `pages`, `office`, `boxes`, `audio`, `plaintext` make a family of formats anew.
"""
