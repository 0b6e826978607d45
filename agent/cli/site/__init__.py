"""What `lachan-agent site` shows and takes."""
