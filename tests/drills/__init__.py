"""What is done to the bot's processes, their database and their network while people talk to them; then an account is taken.

`make drills` runs the long form and writes docs/drills.md; among all tests a short form runs. `SEED=…` plays one again.
"""
