"""The live half: one shelf per collection of the account, each reading completely and writing what a plan says."""
