"""What Samba's own recorder wrote of a change: who the client was, by the path of what he did."""
