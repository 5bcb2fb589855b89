"""The jobs that are no diagnosis: fresh logs, doctor, files for a thread, names for the menus."""
