"""What `lachan-agent playbook` shows and takes."""
