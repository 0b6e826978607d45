"""The controller at the province: keeps, scores and shows."""
