"""What people do: commands, clicks, modals, shortcuts."""
