"""The use cases: what a person can do at this desk. The only code that brings the rooms together.

Window, command line, tests and practice mode all go through here. Each change of a visit is a command with a
name and is one durable step of the store; the answer says which *kinds of thing* changed.
"""
