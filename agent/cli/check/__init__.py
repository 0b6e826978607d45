"""What `lachan-agent check` shows and takes."""
