"""Setting up, without a face: the steps, their questions, what an answer changes, and what is kept of unfinished ones.

Both faces, the wizard and the line-by-line questions, ask from here, so that they agree on words, rules and help.
"""
