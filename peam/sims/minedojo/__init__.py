"""The real MineDojo 0.1 in its own environment and process, behind PEAM's contract; and a stand-in for Malmo.

`client.py` talks to `child.py`, which runs the package; `standin.py` plays Malmo's part over the embedded
world, so that the client can be tested where there is no Minecraft.
"""
