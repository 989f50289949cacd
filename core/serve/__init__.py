"""What the server answers to programs: who may ask, what may be asked, what comes back."""
