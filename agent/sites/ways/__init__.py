"""How sites are reached: SSH and HTTP, each with its server's own key."""
