"""What `lachan-agent policy` shows and takes."""
