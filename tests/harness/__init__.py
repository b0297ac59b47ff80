"""The building blocks of the journeys: a private desktop with its services, and AWS doubles.

One module is one noun. Nothing here knows a rule of Rolecall; it knows protocols, files and programs.
Whatever a part starts it ends by process id, and nothing waits without a deadline.
"""
