"""Training: the loop, its callbacks and checkpoints, progress and speed."""
