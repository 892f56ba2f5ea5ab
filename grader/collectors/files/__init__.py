"""What the submitted files say by themselves."""
