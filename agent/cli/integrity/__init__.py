"""What `lachan-agent integrity` shows and takes."""
