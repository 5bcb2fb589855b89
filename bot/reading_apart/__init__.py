"""Reading AWS in a process of its own: the service's side, the process, and what they say to each other."""
