"""The parts of the Predict page: what is asked, what is answered, and why."""
