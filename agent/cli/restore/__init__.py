"""What `lachan-agent restore` shows and takes."""
