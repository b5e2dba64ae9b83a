"""Models: who answers, and in what form they are asked.

`messages`, `request` and `reply` are the data of a conversation, `info` what is known of a model,
`provider` the protocol that each way to a model implements, `registry` which there are, `service`
the face for programs, agents and the command line.
"""
