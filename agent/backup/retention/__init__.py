"""What old points may go, and what must stay."""
