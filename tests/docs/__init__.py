"""The pages: blocks of code run, links lead somewhere, and the built site is checked."""
