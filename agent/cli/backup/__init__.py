"""What `lachan-agent backup` shows and takes."""
