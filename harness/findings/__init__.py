"""What entries say together that no record says alone: paired differences in quality, and the paper's claims."""
